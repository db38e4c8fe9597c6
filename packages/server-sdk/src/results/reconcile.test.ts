import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { pollFacts } from '../domain/poll.fixture.ts'
import type { PollRecord } from '../domain/poll.ts'
import { versionOf } from '../domain/poll-version.ts'
import { toResults } from '../domain/results.ts'
import type { ShownVersion } from '../ports/poll-store.ts'
import type { PollSnapshot } from '../ports/results-bus.ts'
import { startReconcile } from './reconcile.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(1) // with shorter pauses there might be four looks in the time of three
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function record(version: number, facts: Partial<PollRecord['facts']> = {}): PollRecord {
  return { facts: pollFacts(facts), version, buckets: new Map([['1', version]]), now: new Date() }
}

function snapshotOf(read: PollRecord): PollSnapshot {
  const visibility = { showResults: 'always', isRevealed: true, isPrivate: false } as const
  return { kind: 'snapshot', pollId: read.facts.id, results: toResults(read), visibility }
}

/** A node whose database and screens are the test's. */
function createSetup(kept?: (pollId: string) => Promise<PollSnapshot | undefined>, isShared = true) {
  const stored = new Map<string, PollRecord>()
  const screens = new Map<string, PollSnapshot | undefined>()
  const published = new Map<string, PollSnapshot>()
  const done: string[] = []
  const database = { isDown: false }
  const answer = async <T>(read: () => T) => {
    if (database.isDown) throw new Error('down')
    return read()
  }
  const logger = createRecordingLogger()
  const reconcile = startReconcile({
    polls: {
      read: (pollId) => answer(() => stored.get(pollId)),
      versions: (pollIds) =>
        answer(() => {
          done.push(`look at ${pollIds}`)
          return pollIds.flatMap((pollId) => stored.get(pollId) ?? []).map(versionOf)
        }),
      async surpass(pollId: string, { epoch, version }: ShownVersion) {
        done.push(`surpass ${epoch}.${version} of ${pollId}`)
        return true
      },
    },
    board: {
      markDirty: (pollId) => void done.push(`read ${pollId}`),
      deleted: (pollId) => void done.push(`${pollId} is gone`),
      newest: (pollId) => published.get(pollId),
    },
    screens: { watched: () => [...screens.keys()], newest: (pollId) => screens.get(pollId) },
    kept,
    isShared,
    metrics: { count: (name) => void done.push(name) },
    logger,
  })
  return { reconcile, stored, screens, published, done, database, logger }
}

const oneLook = () => vi.advanceTimersByTimeAsync(1401)

it('looks at all that is watched in one question, and has read what is ahead, or is not shown for a while', async () => {
  const { stored, screens, done } = createSetup()
  await oneLook()
  expect(done, 'nobody watches').toEqual([])
  for (const [id, was, is] of [
    ['same', 3, 3],
    ['ahead', 3, 4],
    ['new', undefined, 2],
    ['gone', 1, undefined],
  ] as const) {
    screens.set(id, was === undefined ? undefined : snapshotOf(record(was, { id })))
    if (is !== undefined) stored.set(id, record(is, { id }))
  }
  await oneLook()
  expect(done.splice(0), 'the new one is being read').toEqual([
    ...['look at same,ahead,new,gone', 'read ahead', 'gone is gone'],
  ])
  for (const id of ['ahead', 'gone']) screens.delete(id)
  await oneLook()
  expect(done).toEqual(['look at same,new', 'read new'])
})

it('has one that is watched again not read at once, though nothing was shown of it when it last was', async () => {
  const { stored, screens, done } = createSetup()
  stored.set('p', record(1))
  screens.set('p', undefined)
  await oneLook()
  screens.delete('p')
  await oneLook()
  screens.set('p', undefined)
  await oneLook()
  expect(done).toEqual(['look at p', 'look at p'])
})

it('compares with the newest that screens or the board have shown', async () => {
  const { stored, screens, published, done } = createSetup()
  stored.set('p', record(5))
  screens.set('p', snapshotOf(record(5)))
  published.set('p', snapshotOf(record(9)))
  await oneLook()
  expect(done).toEqual(['look at p', 'surpass 1.9 of p', 'live_poll_restored_polls_total', 'read p'])
})

it('puts a poll above what was shown where it is behind, and says so', async () => {
  const { stored, screens, done, logger } = createSetup()
  stored.set('p', record(5))
  screens.set('p', snapshotOf(record(8, { epoch: 2 })))
  await oneLook()
  expect(done).toEqual(['look at p', 'surpass 2.8 of p', 'live_poll_restored_polls_total', 'read p'])
  expect(logger.warnings).toEqual([
    [expect.stringMatching(/^Poll p: version 8 of epoch 2 was shown, .* version 5 of epoch 1/), undefined],
  ])
})

it('does not look where no other process commits', async () => {
  const { screens, done } = createSetup(undefined, false)
  screens.set('p', snapshotOf(record(1)))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(done).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

it('stops: no look any more, no check, and no timer left', async () => {
  const { reconcile, stored, screens, done } = createSetup()
  stored.set('p', record(2))
  screens.set('p', snapshotOf(record(1)))
  await oneLook()
  expect(done).toContain('read p')
  const before = done.length
  reconcile.stop()
  reconcile.stop()
  await reconcile.checkBehind('p')
  await vi.advanceTimersByTimeAsync(10_000)
  expect([done.length, vi.getTimerCount()]).toEqual([before, 0])
})

it('says once that the database fails, and goes on', async () => {
  const { stored, screens, done, database, logger } = createSetup()
  stored.set('p', record(2))
  screens.set('p', snapshotOf(record(1)))
  database.isDown = true
  await vi.advanceTimersByTimeAsync(10_000)
  expect([done, logger.warnings.length]).toEqual([[], 1])
  database.isDown = false
  await oneLook()
  expect(done.slice(0, 2), 'there is time for a second look').toEqual(['look at p', 'read p'])
})

it.each([
  ['an older version', 9, record(5), true],
  ['the same version, with other counts', 5, { ...record(5), buckets: new Map([['1', 4]]) }, true],
  ['the same version', 5, record(5), false],
  ['a later version', 5, record(6), false],
  ['no such poll', 5, undefined, false],
] as const)('checks a poll that nobody watches here against the bus: %s', async (_, kept, read, isRaised) => {
  const { reconcile, stored, done } = createSetup(async () => snapshotOf(record(kept)))
  if (read) stored.set('p', read)
  await reconcile.checkBehind('p')
  expect(done.includes(`surpass 1.${kept} of p`)).toBe(isRaised)
})

it('goes by what this node has shown where the bus fails; and rejects never', async () => {
  const { reconcile, stored, published, done, database, logger } = createSetup(() =>
    Promise.reject(new Error('no bus')),
  )
  stored.set('p', record(5))
  published.set('p', snapshotOf(record(7)))
  await reconcile.checkBehind('p')
  expect(done).toContain('surpass 1.7 of p')
  database.isDown = true
  const before = logger.warnings.length
  await reconcile.checkBehind('p')
  expect(logger.warnings).toHaveLength(before + 1)
})
