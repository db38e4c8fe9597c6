import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createSetup } from './group-commit.fixture.ts'

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] }),
)
afterEach(() => void vi.useRealTimers())

const interval = 50
const start = (lanes = 1) => createSetup(lanes, { batch: 10, interval, enough: 5 })

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

it('begins a batch beside another one once that takes twice as long as most', async () => {
  const setup = start(2)
  for (const batchTakes of [150, 150, 150]) {
    setup.cast('a/0')
    await now()
    await vi.advanceTimersByTimeAsync(batchTakes)
    void setup.only().commit()
    await now()
  }
  const average = 150 * (1 - 0.8 ** 3)
  setup.cast('a/0')
  await now()
  setup.cast('b/0')
  await vi.advanceTimersByTimeAsync(2 * average - 2)
  expect(setup.only().boxes).toEqual(['a/0'])
  await vi.advanceTimersByTimeAsync(3)
  expect(setup.open.map(({ boxes }) => boxes)).toEqual([['a/0'], ['b/0']])
})

it('begins one in the end, however long one has taken before', async () => {
  const setup = start(2)
  setup.cast('a/0')
  await now()
  await vi.advanceTimersByTimeAsync(10_000)
  void setup.only().commit()
  await now()
  setup.cast('a/0')
  await now()
  setup.cast('b/0')
  await vi.advanceTimersByTimeAsync(5 * interval - 1)
  expect(setup.only().boxes).toEqual(['a/0'])
  await vi.advanceTimersByTimeAsync(2)
  expect(setup.open.map(({ boxes }) => boxes)).toEqual([['a/0'], ['b/0']])
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
