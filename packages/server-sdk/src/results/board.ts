import { isNewer } from '@live-poll/client-sdk/protocol'
import type { PollRecord } from '../domain/poll.ts'
import { isContradiction } from '../domain/poll-version.ts'
import { RecentMap } from '../domain/recent-map.ts'
import { toResults } from '../domain/results.ts'
import { isNewerSnapshot, latched } from '../domain/snapshot.ts'
import { visibilityOf } from '../domain/visibility.ts'
import { reach } from '../ports/failpoints.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { PollNews, PollSnapshot, ResultsBus } from '../ports/results-bus.ts'

export interface Board {
  /** Says that something committed: the poll's results are read and published soon, the last change always. */
  markDirty(pollId: string): void
  /** Says that a poll is gone, on every node. */
  deleted(pollId: string): void
  /** The newest snapshot this node has seen; undefined for a poll it has not heard of lately. */
  newest(pollId: string): PollSnapshot | undefined
  /** Calls for every snapshot that is newer than the one before it, and for every deletion. @returns unsubscribe */
  onNews(listener: (news: PollNews) => void): () => void
  close(): void
}

/** Polls whose newest results are remembered, at least: those that changed, or were asked for, last. */
const remembered = 10_000

/** Readings in a second on a node: where more polls have votes, each is read less often, and votes keep what they need. */
const mostPerSecond = 2000

/**
 * Milliseconds between two readings of a poll that nobody follows: so old may be what is kept of it. The second comes after a
 * part of it, each poll's own: many polls that began together are not read together from then on, which votes would wait for.
 */
const unfollowedInterval = 2000

/** Milliseconds until a failed reading is tried again. */
const retryAfter = 1000

/** Of a poll that is being published, and after it. */
interface Pause {
  /** When its reading began. */
  readonly since: number
  /** Since when something has changed since the reading. */
  changedAt: number | undefined
  /** Ends it. */
  timer: NodeJS.Timeout | undefined
}

/**
 * Keeps the newest snapshot per poll: reads dirty polls, publishes what it read, and takes from the bus what is newer.
 *
 * @param read reads a poll; the newest state wins, so readings may be shared
 * @param interval milliseconds between two readings of one poll, at least; longer while very many change, and where nobody follows it
 * @param onBehind called when a reading cannot follow what was shown before, as after a restore
 */
export function createBoard(
  read: (pollId: string) => Promise<PollRecord | undefined>,
  bus: Pick<ResultsBus, 'publish' | 'subscribe' | 'isFollowed' | 'onFollow'>,
  interval: number,
  logger: Logger,
  metrics: Pick<Metrics, 'record'>,
  onBehind: (pollId: string) => void = () => {},
): Board {
  const newest = new RecentMap<PollSnapshot>(remembered)
  const listeners = new Set<(news: PollNews) => void>()
  const pausing = new Map<string, Pause>()
  let closed = false

  const stopFollows = bus.onFollow((pollId) => {
    const pause = pausing.get(pollId)
    if (pause?.timer) endIn(pollId, pause, pause.since + interval - performance.now())
  })
  const unsubscribe = bus.subscribe((news) => {
    const latest = news.kind === 'snapshot' ? remember(news) : news
    if (news.kind === 'deleted') newest.delete(news.pollId)
    if (latest) for (const listener of listeners) listener(latest)
  })

  /** @returns what it is to be heard as; undefined if it is not newer */
  function remember(snapshot: PollSnapshot): PollSnapshot | undefined {
    const { pollId } = snapshot
    const current = newest.get(pollId)
    const latest = latched(snapshot, current)
    if (current && !isNewerSnapshot(latest, current)) return undefined
    newest.set(pollId, latest)
    return latest
  }

  function markDirty(pollId: string) {
    if (closed) return
    const pause = pausing.get(pollId)
    if (pause) pause.changedAt ??= performance.now()
    else void publish(pollId, performance.now(), Math.random())
  }

  async function readAndShow(pollId: string, changedAt: number) {
    const shown = newest.get(pollId)?.results // before the reading: nothing committed later is older
    const record = await read(pollId)
    if (!record || closed) return
    const snapshot = toSnapshot(record)
    if (shown && (isNewer(shown, snapshot.results) || isContradiction(shown, snapshot.results))) onBehind(pollId)
    FAILPOINT: reach('beforePublish')
    bus.publish(snapshot)
    if (bus.isFollowed(pollId)) metrics.record('live_poll_snapshot_lag_seconds', (performance.now() - changedAt) / 1000)
  }

  /**
   * @param changedAt when the first change happened that nobody has been told of
   * @param part of the pause where nobody follows the poll
   */
  async function publish(pollId: string, changedAt: number, part = 1) {
    const pause: Pause = { since: performance.now(), changedAt: undefined, timer: undefined }
    pausing.set(pollId, pause)
    let millis = Math.max(interval, (pausing.size / mostPerSecond) * 1000)
    try {
      await readAndShow(pollId, changedAt)
      if (!bus.isFollowed(pollId)) millis = Math.max(millis, part * unfollowedInterval)
    } catch (error) {
      if (!closed) logger.warn('Results could not be read; trying again.', error)
      pause.changedAt = changedAt
      millis = retryAfter
    }
    if (closed) return
    const left = pause.since + millis - performance.now()
    endIn(pollId, pause, Math.max(left, millis / 2)) // a database that takes long has its rest
  }

  function endIn(pollId: string, pause: Pause, millis: number) {
    clearTimeout(pause.timer)
    pause.timer = setTimeout(() => {
      pausing.delete(pollId)
      if (pause.changedAt !== undefined && !closed) void publish(pollId, pause.changedAt)
    }, millis)
  }

  return {
    markDirty,
    deleted(pollId) {
      if (!closed) bus.publish({ kind: 'deleted', pollId })
    },
    newest: (pollId) => newest.get(pollId),
    onNews(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      closed = true
      unsubscribe()
      stopFollows()
      for (const { timer } of pausing.values()) clearTimeout(timer)
    },
  }
}

function toSnapshot(record: PollRecord): PollSnapshot {
  const { facts } = record
  return { kind: 'snapshot', pollId: facts.id, results: toResults(record), visibility: visibilityOf(facts) }
}
