import { randomBytes } from 'node:crypto'
import { pollError, type VoidOutcome } from '@live-poll/client-sdk/protocol'
import { readVoidInput } from '../domain/void-input.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { VoteAudit } from '../ports/vote-audit.ts'
import type { Board } from '../results/board.ts'

/** Who takes votes out, for the audit. */
export interface VoidVotesContext {
  /** Who does it, for the audit, as the host names them. @default null: the host's own code */
  readonly actor?: string | null
}

export type VoidVotes = (pollId: string, input: unknown, context?: VoidVotesContext) => Promise<VoidOutcome>

/**
 * Takes out the votes that fit, `{"filter": {"voterKeys": ["..."]}, "reason": "..."}`: they count no more, but as voided.
 * Safe to repeat: what is voided is not voided again.
 *
 * @throws PollError `INVALID` with issues, `POLL_NOT_FOUND`
 */
export function createVoidVotes(
  audit: Pick<VoteAudit, 'voidVotes'>,
  board: Pick<Board, 'markDirty'>,
  metrics: Pick<Metrics, 'count'>,
): VoidVotes {
  return async (pollId, input, { actor = null } = {}) => {
    const checked = readVoidInput(input)
    if (!checked.ok) throw pollError('INVALID', { issues: checked.issues })
    const id = `a_${randomBytes(12).toString('base64url')}`
    const voided = await audit.voidVotes(pollId, { ...checked.value, id, actor })
    if (voided === undefined) throw pollError('POLL_NOT_FOUND')
    if (!checked.value.isDryRun) {
      board.markDirty(pollId) // with none, too: nobody may have heard of the request that took them out
      metrics.count('live_poll_voided_votes_total', voided)
    }
    return { voided }
  }
}
