import type { ErrorCode, Vote } from '@live-poll/client-sdk/protocol'
import { type Ballot, isSameBallot } from './ballot.ts'
import { isDue, type PollRules, pollState } from './poll.ts'

/** What a voter asks for, prepared against one plan of the poll. */
export interface VoteOp {
  readonly pollId: string
  /** Who votes, as the box knows them. */
  readonly voterKey: string
  readonly voteId: string
  readonly plan: number
  /** Null retracts. */
  readonly ballot: Ballot | null
  /** The revision it replaces; undefined: whatever is there. */
  readonly revision: number | undefined
  readonly epoch: number | undefined
  /** The invitation it needs, by its id; undefined: the poll asks for none. */
  readonly invitation?: string | undefined
}

/** What the box holds of one voter. */
export interface VoteRow {
  readonly ballot: Ballot | null
  readonly revision: number
  /** The id of the vote that wrote this revision. */
  readonly voteId: string
  /** An organizer has taken it out: it counts no more, and its voter casts no other. */
  readonly isVoided?: boolean
}

/** An invitation, as read under its lock. */
export interface InvitationRow {
  readonly pollId: string
  /** The key of the voter whose vote used it; null: nobody's yet. */
  readonly usedBy: string | null
  readonly isRevoked: boolean
}

export type VoteDecision =
  | { readonly kind: 'accepted'; readonly row: VoteRow; readonly epoch: number }
  | { readonly kind: 'duplicate'; readonly revision: number; readonly epoch: number }
  | {
      readonly kind: 'refused'
      readonly code: ErrorCode
      readonly revision?: number
      /** REVISION_CONFLICT and ALREADY_VOTED: the vote that stands, where there is one. */
      readonly vote?: Vote
      readonly epoch?: number
    }
  /** Prepared against another plan: prepare it again. */
  | { readonly kind: 'stale' }

/** What decides about votes of a poll. */
export type RulesAtLock = Pick<PollRules, 'plan' | 'epoch' | 'canChange' | 'opensAt' | 'closesAt' | 'closedAt'>

/**
 * Decides one vote against one row, under the lock of its box. The order of the checks is the promise:
 * a repeat of an accepted vote is a duplicate even after the close, and is never counted again. What it says of voters
 * without a row is said again, in SQL, by `writeFirstVotes`: a rule that is added here has to be added there.
 *
 * @param rules the poll as read under the lock; undefined when it is gone
 * @param row what the voter has in the box; undefined when they never voted in this epoch
 * @param now the database's clock, read after the lock was taken
 * @param invitation the one it needs; undefined where there is no such one, or none is needed
 */
export function decideVote(
  op: VoteOp,
  rules: RulesAtLock | undefined,
  row: VoteRow | undefined,
  now: Date,
  invitation?: InvitationRow,
): VoteDecision {
  if (!rules) return refuse('POLL_NOT_FOUND')
  if (op.plan !== rules.plan) return { kind: 'stale' }
  if (op.epoch !== undefined && op.epoch !== rules.epoch) return refuse('EPOCH_CHANGED', { epoch: rules.epoch })
  if (row?.isVoided) return refuse('VOTE_REFUSED', { revision: row.revision })
  if (row && row.voteId === op.voteId) {
    return isSameBallot(row.ballot, op.ballot)
      ? { kind: 'duplicate', revision: row.revision, epoch: rules.epoch }
      : refuse('VOTE_ID_REUSED', { revision: row.revision })
  }
  const state = pollState(rules, now)
  if (state === 'closed' || isDue(rules, now)) return refuse('POLL_CLOSED')
  if (state === 'scheduled') return refuse('POLL_NOT_OPEN')

  const denied = op.invitation === undefined ? undefined : judgeInvitation(op, invitation)
  if (denied) return refuse(denied)

  const revision = row?.revision ?? 0
  // A vote taken back while that was allowed is none: its voter may cast one still.
  if (row?.ballot && !rules.canChange) return refuse('ALREADY_VOTED', { revision, vote: toVote(row) })
  if (op.revision !== undefined && op.revision !== revision) {
    return refuse('REVISION_CONFLICT', { revision, ...(row && { vote: toVote(row) }) })
  }
  if (!row && op.ballot === null) return refuse('NOT_FOUND')
  const accepted = { ballot: op.ballot, revision: revision + 1, voteId: op.voteId }
  return { kind: 'accepted', row: accepted, epoch: rules.epoch }
}

/** Used by oneself, an invitation stays good for changing that vote. */
function judgeInvitation({ pollId, voterKey }: VoteOp, invitation: InvitationRow | undefined): ErrorCode | undefined {
  if (!invitation || invitation.pollId !== pollId || invitation.isRevoked) return 'INVITATION_INVALID'
  return invitation.usedBy === null || invitation.usedBy === voterKey ? undefined : 'INVITATION_USED'
}

type Details = Omit<Extract<VoteDecision, { kind: 'refused' }>, 'kind' | 'code'>

function refuse(code: ErrorCode, details: Details = {}): VoteDecision {
  return { kind: 'refused', code, ...details }
}

/** The row as its voter knows it. */
export function toVote({ voteId, ballot, revision }: VoteRow): Vote {
  return { voteId, choices: ballot, revision }
}
