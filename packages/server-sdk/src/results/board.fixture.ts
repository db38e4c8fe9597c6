import type { Results } from '@live-poll/client-sdk/protocol'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { createMemoryMetrics } from '../adapters/memory/metrics.ts'
import { pollFacts } from '../domain/poll.fixture.ts'
import type { PollRecord } from '../domain/poll.ts'
import type { Visibility } from '../domain/visibility.ts'
import type { PollNews, PollSnapshot, ResultsBus } from '../ports/results-bus.ts'
import { createBoard } from './board.ts'

/** Milliseconds, of `createSetup`. */
export const interval = 100

export function record(version: number, changes: Partial<PollRecord['facts']> = {}): PollRecord {
  return {
    facts: pollFacts(changes),
    version,
    buckets: new Map([['1', version]]),
    now: new Date(),
  }
}

/** A board whose database and bus are the test's: `committed` is what a reading would find now. */
export function createSetup() {
  const listeners = new Set<(news: PollNews) => void>()
  const published: { at: number; pollId: string; version: number }[] = []
  const unfollowed = new Set<string>()
  const followListeners = new Set<(pollId: string) => void>()
  const bus: Pick<ResultsBus, 'publish' | 'subscribe' | 'isFollowed' | 'onFollow'> = {
    isFollowed: (pollId) => !unfollowed.has(pollId),
    onFollow(listener) {
      followListeners.add(listener)
      return () => followListeners.delete(listener)
    },
    publish(news) {
      if (news.kind === 'snapshot') {
        published.push({ at: Date.now(), pollId: news.pollId, version: news.results.version })
      }
      for (const listener of listeners) listener(news)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const database = {
    committed: 1,
    facts: {} as Partial<PollRecord['facts']>,
    failing: false,
    missing: false,
    readingTakes: 0,
  }
  async function read(pollId: string) {
    if (database.failing) throw new Error('down')
    if (database.missing) return undefined
    const seen = record(database.committed, { id: pollId, ...database.facts })
    await new Promise((resolve) => setTimeout(resolve, database.readingTakes))
    return seen
  }
  const logger = createRecordingLogger()
  const metrics = createMemoryMetrics()
  const behind: string[] = []
  const board = createBoard(read, bus, interval, logger, metrics, (pollId) => behind.push(pollId))
  const news: PollNews[] = []
  const heard: Results[] = []
  board.onNews((item) => {
    news.push(item)
    if (item.kind === 'snapshot') heard.push(item.results)
  })
  const follow = (pollId: string) => {
    unfollowed.delete(pollId)
    for (const listener of followListeners) listener(pollId)
  }
  return { board, bus, database, logger, metrics, published, news, heard, listeners, behind, unfollowed, follow }
}

/** Whose results everyone sees. */
export const everyone: Visibility = { showResults: 'always', isRevealed: true, isPrivate: false }
export const snapshotOf = (results: Results, visibility = everyone): PollSnapshot => ({
  kind: 'snapshot',
  pollId: results.pollId,
  results,
  visibility,
})
