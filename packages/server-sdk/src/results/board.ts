import { isNewer, type Results } from '@live-poll/client-sdk/protocol'
import type { PollRecord } from '../domain/poll.ts'
import { toResults } from '../domain/results.ts'
import type { Logger } from '../ports/logger.ts'
import type { ResultsBus } from '../ports/results-bus.ts'

export interface Board {
  /** Says that something committed: the poll's results are read and published soon, the last change always. */
  markDirty(pollId: string): void
  /** The newest results this node has seen; undefined for a poll it has not heard of lately. */
  newest(pollId: string): Results | undefined
  /** Calls for every snapshot that is newer than the one before it. @returns unsubscribe */
  onResults(listener: (results: Results) => void): () => void
  close(): void
}

/** Polls whose newest results are remembered; beyond it the one that changed longest ago goes. */
const capacity = 10_000

/** Milliseconds until a failed reading is tried again. */
const retryAfter = 1000

/**
 * Keeps the newest results per poll: reads dirty polls, publishes what it read, and takes from the bus what is newer.
 *
 * @param read reads a poll; the newest state wins, so readings may be shared
 * @param interval milliseconds between two publications of one poll, at least
 */
export function createBoard(
  read: (pollId: string) => Promise<PollRecord | undefined>,
  bus: ResultsBus,
  interval: number,
  logger: Logger,
): Board {
  const newest = new Map<string, Results>()
  const listeners = new Set<(results: Results) => void>()
  /** Polls in their pause after a publication; true once something has changed meanwhile. */
  const pausing = new Map<string, boolean>()
  const timers = new Set<NodeJS.Timeout>()
  let closed = false

  const unsubscribe = bus.subscribe((results) => {
    const current = newest.get(results.pollId)
    if (current && !isNewer(results, current)) return
    newest.delete(results.pollId) // so that it goes to the end of the insertion order
    newest.set(results.pollId, results)
    const oldest = newest.size > capacity ? newest.keys().next().value : undefined
    if (oldest !== undefined) newest.delete(oldest)
    for (const listener of listeners) listener(results)
  })

  function markDirty(pollId: string) {
    if (closed) return
    if (pausing.has(pollId)) {
      pausing.set(pollId, true)
      return
    }
    pausing.set(pollId, false)
    void publish(pollId)
  }

  async function publish(pollId: string) {
    let pause = interval
    try {
      const record = await read(pollId)
      if (record && !closed) bus.publish(toResults(record))
    } catch (error) {
      if (closed) return
      logger.warn('Results could not be read; trying again.', error)
      pausing.set(pollId, true)
      pause = retryAfter
    }
    const timer = setTimeout(() => {
      timers.delete(timer)
      const changed = pausing.get(pollId)
      pausing.delete(pollId)
      if (changed) markDirty(pollId)
    }, pause)
    timers.add(timer)
  }

  return {
    markDirty,
    newest: (pollId) => newest.get(pollId),
    onResults(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      closed = true
      unsubscribe()
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
