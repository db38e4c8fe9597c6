import { pollError } from '@live-poll/client-sdk/protocol'
import type { Logger } from '../ports/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { OnRows, RecountOutcome, TallyDifference, VoteRecords } from '../ports/vote-records.ts'
import type { Board } from '../results/board.ts'

export type RecountPoll = (pollId: string, onRows?: OnRows) => Promise<RecountOutcome>

/**
 * Counts a poll's votes again, and repairs tallies that differ from them: those who watch are told, and so are the log and
 * the metrics.
 * @throws PollError `POLL_NOT_FOUND`
 */
export function createRecountPoll(
  records: Pick<VoteRecords, 'recount'>,
  board: Pick<Board, 'markDirty'>,
  metrics: Pick<Metrics, 'count'>,
  logger: Logger,
): RecountPoll {
  return async (pollId, onRows) => {
    const outcome = await records.recount(pollId, onRows)
    if (!outcome) throw pollError('POLL_NOT_FOUND')
    metrics.count('live_poll_recounts_total')
    if (outcome.differences.length > 0) {
      metrics.count('live_poll_recounts_repaired_total')
      board.markDirty(pollId)
      logger.warn(`Recounted poll ${pollId}: the tallies were wrong and are repaired. ${tellDifferences(outcome)}`)
    }
    return outcome
  }
}

function tellDifferences({ differences }: RecountOutcome): string {
  return differences.map(tellDifference).join(' ')
}

/** As in `Choice 2: 17 tallied, 18 counted.` */
export function tellDifference({ bucket, tallied, counted }: TallyDifference): string {
  const name = /^\d/.test(bucket) ? `Choice ${bucket}` : `${bucket.charAt(0).toUpperCase()}${bucket.slice(1)}`
  return `${name}: ${tallied} tallied, ${counted} counted.`
}
