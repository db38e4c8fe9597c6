import type { Results } from '@live-poll/client-sdk/protocol'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { toResults } from '../domain/results.ts'
import { createSetup, everyone, interval, record, snapshotOf } from './board.fixture.ts'

const versions = (list: readonly { version: number }[]) => list.map((item) => item.version)

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

it('publishes the first change at once', async () => {
  const { board, heard } = createSetup()
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(1)
  expect(versions(heard)).toEqual([1])
  expect(board.newest('p')?.results.version).toBe(1)
})

it('publishes what changed while it was reading', async () => {
  const { board, database, published } = createSetup()
  database.readingTakes = 30
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(10)
  database.committed = 2
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(1000)
  expect(versions(published)).toEqual([1, 2])
})

it('keeps polls apart', async () => {
  const { board, published } = createSetup()
  board.markDirty('p')
  board.markDirty('q')
  await vi.advanceTimersByTimeAsync(1)
  expect(published.map((item) => item.pollId)).toEqual(['p', 'q'])
})

it('tries a failed reading again until it succeeds, and says so', async () => {
  const { board, database, published, logger } = createSetup()
  database.failing = true
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(5000)
  expect(published).toEqual([])
  expect(logger.warnings.length).toBeGreaterThan(3)
  database.failing = false
  await vi.advanceTimersByTimeAsync(1001)
  expect(versions(published)).toEqual([1])
})

it('publishes nothing of a poll that is gone, and the next poll of that id', async () => {
  const { board, database, published } = createSetup()
  database.missing = true
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(1000)
  expect(published).toEqual([])
  database.missing = false
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(1)
  expect(versions(published)).toEqual([1])
})

it('drops what the bus repeats, reorders or loses, and never goes back', () => {
  const { board, bus, heard } = createSetup()
  const snapshot = (epoch: number, version: number, state: Results['state'] = 'open'): Results => ({
    kind: 'choose',
    pollId: 'p',
    epoch,
    version,
    edition: 1,
    state,
    votes: [version],
    voters: version,
  })
  const sent = [
    snapshot(1, 3),
    snapshot(1, 3),
    snapshot(1, 2),
    snapshot(1, 3, 'scheduled'),
    snapshot(1, 5, 'closed'),
    snapshot(1, 5),
    snapshot(1, 4),
    snapshot(2, 1),
    snapshot(1, 9),
  ]
  for (const results of sent) bus.publish(snapshotOf(results))
  expect(heard).toEqual([snapshot(1, 3), snapshot(1, 5, 'closed'), snapshot(2, 1)])
  expect(board.newest('p')).toEqual(snapshotOf(snapshot(2, 1)))
})

it('says when time alone has opened a poll', async () => {
  const { board, database, heard } = createSetup()
  database.facts = { opensAt: new Date(500) }
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(500)
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(interval)
  expect(heard.map(({ state, version }) => [state, version])).toEqual([
    ['scheduled', 1],
    ['open', 1],
  ])
})

it('forgets polls that changed long ago when it knows too many', () => {
  const { board, bus } = createSetup()
  const results = (pollId: string, version: number) =>
    snapshotOf({ kind: 'choose', edition: 1, epoch: 1, state: 'open', votes: [], voters: 0, pollId, version })
  for (let poll = 0; poll < 20_000; poll++) {
    if (poll === 15_000) bus.publish(results('p0', 2))
    bus.publish(results(`p${poll}`, 1))
  }
  bus.publish(results('one more', 1))
  expect(board.newest('p0')?.results.version).toBe(2)
  expect(board.newest('p1')).toBeUndefined()
  expect(board.newest('one more')).toBeDefined()
})

it('hears that enough have voted, at the same version too, and that they have stays heard in this edition', () => {
  const { board, bus } = createSetup()
  const results = (version: number, edition = 1): Results => ({
    ...{ kind: 'choose', pollId: 'p', epoch: 1, state: 'open', votes: [], voters: 0 },
    ...{ version, edition },
  })
  const isRevealed = () => board.newest('p')?.visibility.isRevealed
  const hidden = { ...everyone, isRevealed: false }
  bus.publish(snapshotOf(results(1), hidden))
  expect(isRevealed()).toBe(false)
  bus.publish(snapshotOf(results(1)))
  expect(isRevealed()).toBe(true)
  bus.publish(snapshotOf(results(2), hidden))
  expect([isRevealed(), board.newest('p')?.results.version]).toEqual([true, 2])
  bus.publish(snapshotOf(results(3, 2), hidden))
  expect(isRevealed(), 'asked for anew by an edit').toBe(false)
})

it('calls for a reading that cannot follow what was shown: of an older version, or of the same with other counts', async () => {
  const { board, bus, database, behind } = createSetup()
  const shown = (version: number, votes: number) =>
    bus.publish(snapshotOf({ ...toResults(record(version)), votes: [votes] }))
  shown(5, 5)
  for (const [committed, isBehind] of [
    [4, true],
    [5, false],
    [6, false],
  ] as const) {
    behind.length = 0
    database.committed = committed
    board.markDirty('p')
    await vi.advanceTimersByTimeAsync(interval + 1)
    expect([committed, behind]).toEqual([committed, isBehind ? ['p'] : []])
  }
  shown(7, 99)
  database.committed = 7
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(1)
  expect(behind, 'another past').toEqual(['p'])
})

it('calls for nothing where the bus brings something newer while it reads', async () => {
  const { board, bus, database, behind } = createSetup()
  database.readingTakes = 30
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(10)
  bus.publish(snapshotOf(toResults(record(9))))
  await vi.advanceTimersByTimeAsync(1000)
  expect(behind).toEqual([])
})

it('says that a poll is gone, and forgets it', async () => {
  const { board, news } = createSetup()
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(1)
  board.deleted('p')
  expect(news.at(-1)).toEqual({ kind: 'deleted', pollId: 'p' })
  expect(board.newest('p')).toBeUndefined()
})

it('stops telling who has unsubscribed', async () => {
  const { board } = createSetup()
  const heard: unknown[] = []
  board.onNews((item) => heard.push(item))()
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(1)
  expect(heard).toEqual([])
})

it('leaves nothing behind when closed, not even a reading in progress', async () => {
  const { board, database, published, logger, listeners } = createSetup()
  board.markDirty('p')
  await vi.advanceTimersByTimeAsync(1)
  board.markDirty('p')
  database.readingTakes = 50
  board.markDirty('q')
  board.close()
  expect(vi.getTimerCount(), 'the reading').toBe(1)
  board.markDirty('r')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(published.map((item) => item.pollId)).toEqual(['p'])
  expect(listeners.size).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
  expect(logger.warnings).toEqual([])
})
