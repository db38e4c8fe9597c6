import type { VoteDecision, VoteOp, VoteRow } from '../domain/decide-vote.ts'

/** A vote prepared for its box. */
export interface PreparedVote extends VoteOp {
  readonly box: number
  /** The poll's epoch under the plan it was prepared for. */
  readonly planEpoch: number
}

export type VoteOutcome =
  | Exclude<VoteDecision, { kind: 'accepted' }>
  | { readonly kind: 'accepted'; readonly revision: number; readonly epoch: number }
  /** Its box was locked by someone else; nothing was decided. */
  | { readonly kind: 'passed-over' }
  /** The database refuses this very vote, each time: it is not in the box. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Others have written since, and whether it was in the box is not to be found out. Its repeat tells. */
  | { readonly kind: 'unknown' }

/** A voter of one poll. */
export interface VoterInPoll {
  readonly pollId: string
  readonly voterKey: string
}

/** The box itself: where votes are counted. */
export interface BallotStore {
  /**
   * Whether it gains by the next batch of a box before the one before is answered: the database begins it, as a rule, when it
   * has committed that. Which of the two is decided first is not certain, so no voter may be in both.
   */
  readonly takesNext: boolean

  /**
   * Decides the votes of a batch in order and writes what they change, in ONE transaction: the boxes are locked,
   * sorted, in a statement of their own; rules, clock and rows are read in later statements; rows, tallies and
   * versions are written together, and so are the invitations they use up, locked after the boxes. When it resolves,
   * everything accepted is committed.
   *
   * A batch of one box waits for its lock; a batch of several passes over boxes that are locked. A batch in which nobody seems
   * to have voted may be written at once, if nobody has and all of its boxes are locked, in a statement after the locks that
   * looks for itself.
   *
   * What the database could not do is done again, for 5 s: each vote against the revision it was first decided against,
   * and after a COMMIT whose answer was lost only when nothing of it is in the boxes. Where the database refuses a batch,
   * the votes at fault are found and the others committed, in transactions of their own.
   *
   * @param onUnknownCommit called each time that the answer to a COMMIT was lost
   * @returns one outcome a vote, in the order given
   * @throws when the database failed; the outcome of every vote is then unknown. The same batch may be sent again:
   * vote ids make it safe.
   */
  commit(batch: readonly PreparedVote[], onUnknownCommit?: () => void): Promise<readonly VoteOutcome[]>

  /**
   * What voters have in the box, committed, in the order given and in one statement; undefined for who never voted in this
   * epoch.
   */
  readVotes(voters: readonly VoterInPoll[]): Promise<readonly (VoteRow | undefined)[]>
}
