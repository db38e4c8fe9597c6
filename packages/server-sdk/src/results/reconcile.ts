import type { PollRecord } from '../domain/poll.ts'
import { compareVersion, isContradiction, versionOf } from '../domain/poll-version.ts'
import { toResults } from '../domain/results.ts'
import { isNewerSnapshot } from '../domain/snapshot.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { PollStore } from '../ports/poll-store.ts'
import type { PollSnapshot } from '../ports/results-bus.ts'
import { repeat } from '../upkeep/repeat.ts'
import type { Board } from './board.ts'
import { coalesce } from './coalesce.ts'

export interface ReconcileParts {
  readonly polls: Pick<PollStore, 'read' | 'versions' | 'surpass'>
  readonly board: Pick<Board, 'markDirty' | 'deleted' | 'newest'>
  /** What those who watch on this node are shown. */
  readonly screens: {
    /** Polls that somebody watches. */
    watched(): readonly string[]
    newest(pollId: string): PollSnapshot | undefined
  }
  /** The newest that the bus keeps of a poll, whichever node has shown it. Left out, or failing: it keeps nothing. */
  readonly kept?: (pollId: string) => Promise<PollSnapshot | undefined>
  /** Whether other processes may commit to the database. */
  readonly isShared: boolean
  readonly metrics: Pick<Metrics, 'count'>
  readonly logger: Logger
}

/** Holds screens against the database, which alone is right: the bus may lose what it carries, or not be there at all. */
export interface Reconcile {
  /**
   * Has a poll's counts stand again where the database has fallen behind what was shown of it. Cheap where it has not.
   * For whoever finds that what it has read is older than what was shown. Rejects never.
   */
  checkBehind(pollId: string): Promise<void>
  /** May be called twice. */
  stop(): void
}

/** Milliseconds: with the reading that follows, what is watched is right within two seconds. */
const round = { name: 'Look at watched polls', pause: 1000, jitter: 400 }

/**
 * Looks at all polls that somebody watches on this node, in one statement for 500 of them: it costs what there are of
 * polls, not of viewers. A poll that is ahead of its screens is read and published by the board, at its pace; one that is
 * gone is told as deleted; one that has fallen behind is put above what was shown.
 */
export function startReconcile(parts: ReconcileParts): Reconcile {
  const { polls, board, screens, kept, metrics, logger } = parts
  let isStopped = false
  /** Polls of which nothing was shown at the last look. */
  let unshown: ReadonlySet<string> = new Set()

  function newest(pollId: string): PollSnapshot | undefined {
    return newerOf(screens.newest(pollId), board.newest(pollId))
  }

  async function look() {
    // Read before the database is: what is committed later can only be ahead of it.
    const shown = new Map(screens.watched().map((pollId) => [pollId, newest(pollId)]))
    const unshownBefore = unshown
    unshown = new Set([...shown.keys()].filter((pollId) => !shown.get(pollId)))
    if (shown.size === 0) return
    const stored = new Map((await polls.versions([...shown.keys()])).map((version) => [version.pollId, version]))
    if (isStopped) return
    const behind: string[] = []
    for (const [pollId, snapshot] of shown) {
      const version = stored.get(pollId)
      if (!version) {
        board.deleted(pollId)
        continue
      }
      // Whoever has just come reads it: a reading of ours would be one too many.
      if (!snapshot && !unshownBefore.has(pollId)) continue
      const standing = snapshot ? compareVersion(version, snapshot) : 'ahead'
      if (standing === 'ahead') board.markDirty(pollId)
      if (standing === 'behind') behind.push(pollId)
    }
    for (const pollId of behind) await check(pollId)
  }

  const check = coalesce(async (pollId: string) => {
    const onBus = await kept?.(pollId).catch(() => undefined)
    const shown = newerOf(newest(pollId), onBus)
    if (!shown || isStopped) return
    const record = await polls.read(pollId)
    if (!record || isStopped || !isBehind(record, shown)) return
    if (await polls.surpass(pollId, shown.results)) {
      metrics.count('live_poll_restored_polls_total')
      const was = `version ${shown.results.version} of epoch ${shown.results.epoch}`
      const is = `version ${record.version} of epoch ${record.facts.epoch}`
      logger.warn(
        `Poll ${pollId}: ${was} was shown, and the database is at ${is}, as after a restore. What it holds counts.`,
      )
    }
    board.markDirty(pollId)
  })

  const stop = parts.isShared ? repeat(round, look, logger) : () => {}
  return {
    checkBehind: (pollId) =>
      check(pollId).catch((error) => {
        if (!isStopped) logger.warn(`Poll ${pollId} could not be held against what was shown of it.`, error)
      }),
    stop() {
      isStopped = true
      stop()
    },
  }
}

function newerOf(one: PollSnapshot | undefined, other: PollSnapshot | undefined): PollSnapshot | undefined {
  if (!one || !other) return one ?? other
  return isNewerSnapshot(other, one) ? other : one
}

function isBehind(record: PollRecord, shown: PollSnapshot): boolean {
  return compareVersion(versionOf(record), shown) === 'behind' || isContradiction(toResults(record), shown.results)
}
