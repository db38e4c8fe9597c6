import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createSetup } from './group-commit.fixture.ts'

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] }),
)
afterEach(() => void vi.useRealTimers())

const interval = 50
const start = () => createSetup(1, { batch: 10, interval, enough: 5 })

/** Lets happen what is due at this moment. */
async function now() {
  for (let round = 0; round < 5; round++) await vi.advanceTimersByTimeAsync(0)
}

it('gathers what comes until the interval since the beginning of the last batch is over', async () => {
  const setup = start()
  setup.cast('a/0')
  await now()
  void setup.only().commit()
  await now()
  setup.cast('a/0')
  await vi.advanceTimersByTimeAsync(interval - 1)
  expect(setup.open).toEqual([])
  setup.cast('b/0', 'a/0')
  await vi.advanceTimersByTimeAsync(1)
  expect(setup.only().boxes).toEqual(['a/0', 'a/0', 'b/0'])
})

it('does not wait for votes of a box that is in flight, but takes them when it has committed', async () => {
  const setup = start()
  setup.cast('a/0')
  await now()
  setup.cast('a/0')
  await vi.advanceTimersByTimeAsync(interval)
  expect(setup.only().boxes).toHaveLength(1)
  void setup.only().commit()
  await now()
  expect(setup.only().boxes).toEqual(['a/0'])
})

it('does not wait where enough votes do, those that came meanwhile among them', async () => {
  const setup = start()
  setup.cast('a/0')
  await now()
  setup.cast(...Array(6).fill('a/0'))
  void setup.only().commit()
  await now()
  expect(setup.only().boxes).toHaveLength(6)
  void setup.only().commit()
  await now()
  setup.cast(...Array(3).fill('a/0'))
  await now()
  expect(setup.open).toEqual([])
  setup.cast('a/0', 'a/0')
  await now()
  expect(setup.only().boxes).toHaveLength(5)
})

it('does not wait where nothing was committed lately', async () => {
  const setup = start()
  setup.cast('a/0')
  await now()
  void setup.only().commit()
  await vi.advanceTimersByTimeAsync(interval)
  setup.cast('a/0')
  await now()
  expect(setup.only().boxes).toHaveLength(1)
})

it('sends the next batch before it answers the last one', async () => {
  const setup = start()
  const [first] = setup.cast('a/0')
  const order: string[] = []
  void first?.then(() => order.push(`answered while ${setup.open.length} in flight`))
  await now()
  setup.cast(...Array(5).fill('a/0'))
  void setup.only().commit()
  await now()
  expect(order).toEqual(['answered while 1 in flight'])
})
