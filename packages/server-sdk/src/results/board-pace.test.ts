import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createSetup, interval } from './board.fixture.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

it('publishes at most once an interval, and the last change always', async () => {
  const { board, database, published } = createSetup()
  for (let moment = 0; moment < 1000; moment += 7) {
    database.committed = moment + 1
    board.markDirty('p')
    await vi.advanceTimersByTimeAsync(7)
  }
  database.committed = 5000
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(2 * interval)
  const gaps = published.slice(1).map((item, index) => item.at - (published[index]?.at ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(interval)
  expect(published.length).toBeGreaterThanOrEqual(10)
  expect(published.at(-1)?.version).toBe(5000)

  await vi.advanceTimersByTimeAsync(10 * interval)
  expect(published.at(-1)?.version, 'and then is quiet').toBe(5000)
  expect(published.filter((item) => item.version === 5000)).toHaveLength(1)
})

it('begins readings an interval apart, however long they take, and rests for half of it at least', async () => {
  const { board, database, published } = createSetup()
  const gapsOf = async (readingTakes: number) => {
    database.readingTakes = readingTakes
    published.length = 0
    for (let time = 0; time < 2000; time += 10, board.markDirty('p')) await vi.advanceTimersByTimeAsync(10)
    return published.slice(2).map(({ at }, index) => at - (published[index + 1]?.at ?? 0))
  }
  expect(new Set(await gapsOf(30))).toEqual(new Set([interval]))
  expect(new Set(await gapsOf(200))).toEqual(new Set([200 + interval / 2]))
})

it('publishes what nobody follows every two seconds, and soon when somebody does', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.999)
  const { board, database, metrics, published, unfollowed, follow } = createSetup()
  unfollowed.add('p')
  const versions = () => published.map(({ version }) => version)
  async function change() {
    database.committed++
    board.markDirty('p')
    await vi.advanceTimersByTimeAsync(interval)
  }
  await change()
  await change()
  await vi.advanceTimersByTimeAsync(1990 - 2 * interval)
  expect(versions()).toEqual([2])
  await vi.advanceTimersByTimeAsync(20)
  expect(versions()).toEqual([2, 3])
  expect(metrics.text()).toContain('live_poll_snapshot_lag_seconds_count 0')

  board.markDirty('p')
  follow('p')
  await change()
  expect(versions()).toEqual([2, 3, 4])
  await change()
  expect(versions()).toEqual([2, 3, 4, 5])
  expect(metrics.text()).toContain('live_poll_snapshot_lag_seconds_count 2')
})

it('reads each of very many polls less often, so that all together are read 2,000 times a second', async () => {
  const { board, published } = createSetup()
  const polls = Array.from(Array(500), (_, index) => `p_${index}`)
  for (let time = 0; time < 2000; time += 50, polls.forEach(board.markDirty)) await vi.advanceTimersByTimeAsync(50)
  expect(Math.round(published.length / 2000)).toBe(2)
  expect(new Set(published.slice(-500).map(({ pollId }) => pollId)).size, 'all in turn').toBe(500)
}, 30_000)

it('spreads the readings of very many polls that nobody follows, however many begin at once', async () => {
  const { board, published, unfollowed } = createSetup()
  const polls = Array.from(Array(500), (_, index) => `p_${index}`)
  for (const poll of polls) unfollowed.add(poll)
  for (let time = 0; time < 8000; time += 50, polls.forEach(board.markDirty)) await vi.advanceTimersByTimeAsync(50)
  const inSlots = Array(20).fill(0)
  for (const { at } of published) if (at >= 6000 && at < 8000) inSlots[Math.floor((at - 6000) / 100)]++
  expect(inSlots.reduce((sum, readings) => sum + readings)).toBe(500)
  expect(Math.max(...inSlots), 'in a tenth of a second').toBeLessThan(75) // 25 in the mean
}, 30_000)
