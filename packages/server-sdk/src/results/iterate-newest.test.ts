import { expect, it } from 'vitest'
import { iterateNewest, type Sink } from './iterate-newest.ts'

const done = { value: undefined, done: true }

function createSetup(signal?: AbortSignal) {
  const setup = { starts: 0, stops: 0, sink: undefined as unknown as Sink<number> }
  const values = iterateNewest<number>((sink) => {
    setup.starts++
    setup.sink = sink
    return () => setup.stops++
  }, signal)
  return { setup, values }
}

const end = async (values: AsyncIterableIterator<number>) => values.return?.()

it('begins with the first value that is asked for', async () => {
  const { setup, values } = createSetup()
  expect(setup.starts).toBe(0)
  const first = values.next()
  const second = values.next()
  expect(setup.starts).toBe(1)
  setup.sink.put(1)
  setup.sink.put(2)
  expect([await first, await second]).toEqual([
    { value: 1, done: false },
    { value: 2, done: false },
  ])
})

it('keeps the newest for who is slow, once', async () => {
  const { setup, values } = createSetup()
  const first = values.next()
  for (let value = 1; value <= 5; value++) setup.sink.put(value)
  expect([(await first).value, (await values.next()).value]).toEqual([1, 5])
  let isThere = false
  const third = values.next().then((result) => {
    isThere = true
    return result
  })
  await new Promise(setImmediate)
  expect(isThere).toBe(false)
  setup.sink.put(6)
  expect((await third).value).toBe(6)
})

it('ends by break, and frees everything at once', async () => {
  const { setup, values } = createSetup()
  const seen: number[] = []
  setTimeout(() => setup.sink.put(1))
  for await (const value of values) {
    seen.push(value)
    break
  }
  expect([seen, setup.stops]).toEqual([[1], 1])
  setup.sink.put(2)
  setup.sink.end(new Error('too late'))
  expect(await values.next()).toEqual(done)
  expect(setup).toMatchObject({ starts: 1, stops: 1 })
})

it('ends while values are waited for', async () => {
  const { setup, values } = createSetup()
  const waiting = [values.next(), values.next()]
  await end(values)
  expect(setup.stops).toBe(1)
  expect(await Promise.all(waiting)).toEqual([done, done])
})

it('ends before it has begun, and then never begins', async () => {
  const { setup, values } = createSetup()
  await end(values)
  expect(await values.next()).toEqual(done)
  expect(setup).toMatchObject({ starts: 0, stops: 0 })
})

it('ends when the signal aborts, listens to it no longer than that, and begins nothing after it', async () => {
  const aborting = new AbortController()
  const { setup, values } = createSetup(aborting.signal)
  const first = values.next()
  setup.sink.put(1)
  setup.sink.put(2)
  aborting.abort()
  expect([await first, await values.next()], 'what was not taken is gone').toEqual([{ value: 1, done: false }, done])
  expect(setup.stops).toBe(1)
  const late = createSetup(aborting.signal)
  expect(await late.values.next()).toEqual(done)
  expect(late.setup.starts).toBe(0)

  let listeners = 0
  const counting = {
    aborted: false,
    addEventListener: () => listeners++,
    removeEventListener: () => listeners--,
  } as unknown as AbortSignal
  const ended = createSetup(counting)
  void ended.values.next()
  expect(listeners).toBe(1)
  await end(ended.values)
  expect(listeners).toBe(0)
})

it('throws what it ends with, once, after what was put before', async () => {
  const { setup, values } = createSetup()
  const first = values.next()
  setup.sink.put(1)
  setup.sink.put(2)
  setup.sink.end(new Error('gone'))
  expect([(await first).value, (await values.next()).value]).toEqual([1, 2])
  await expect(values.next()).rejects.toThrow('gone')
  expect(await values.next()).toEqual(done)
  expect(setup.stops).toBe(1)

  const other = createSetup()
  const waiting = other.values.next()
  other.setup.sink.end(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
  expect(await other.values.next()).toEqual(done)
})

it('ends without an error', async () => {
  const { setup, values } = createSetup()
  const waiting = values.next()
  setup.sink.end()
  expect([await waiting, await values.next()]).toEqual([done, done])
  expect(setup.stops).toBe(1)
})

it('frees what ends while it begins', async () => {
  let stops = 0
  const values = iterateNewest<number>((sink) => {
    sink.end(new Error('no'))
    return () => stops++
  })
  await expect(values.next()).rejects.toThrow('no')
  expect(stops).toBe(1)
})
