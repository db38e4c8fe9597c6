import type {
  AuditEntry,
  Invitation,
  InvitationCounts,
  NamedVoter,
  Poll,
  PollEdit,
  PollInput,
  PollPage,
  Results,
  StoredImage,
  VoidInput,
  VoidOutcome,
  Vote,
  VoteReceipt,
} from '@live-poll/client-sdk/protocol'
import type { CreateInvitationsContext } from './actions/create-invitations.ts'
import type { CreatePollContext } from './actions/create-poll.ts'
import type { DeadLetterPage, ListDeadLettersInput } from './actions/dead-letters.ts'
import type { ErasureOutcome, VoterToErase } from './actions/erase-voter.ts'
import type { ListPollsInput } from './actions/list-polls.ts'
import type { VoidVotesContext } from './actions/void-votes.ts'
import type { RecountOutcome, VoteRecord } from './ports/vote-records.ts'

/** A vote cast by the host's own code, for a user it knows. */
export interface CastVoteInput {
  readonly pollId: string
  /** The host's id of the voter, as `identify` would return it. */
  readonly voter: string
  /** Choice ids; null retracts. */
  readonly choices: readonly number[] | null
  /** The same for every repeat of one vote. @default a new one: a repeat then counts as a change */
  readonly voteId?: string
  readonly revision?: number
  readonly epoch?: number
  /** A code of the poll, where it asks for one. */
  readonly invitation?: string
}

/** When to stop watching. */
export interface WatchOptions {
  /** Ends the watching at once, without an error. */
  readonly signal?: AbortSignal
}

/** Every action, for the host's own code: nothing is asked of `authorize`. Rejects with `PollError`. */
export interface LivePollApi {
  /**
   * @throws PollError `INVALID` with issues, `IDEMPOTENCY_KEY_REUSED`; `POLL_NOT_FOUND` for a repeat whose poll has been
   * deleted since; `FORBIDDEN` and `UNAVAILABLE` by the hook `beforeCreate`
   */
  createPoll(input: PollInput, context?: CreatePollContext): Promise<Poll>
  /** @throws PollError `POLL_NOT_FOUND` */
  getPoll(pollId: string): Promise<Poll>
  /** Newest first. @throws PollError `INVALID` */
  listPolls(page?: ListPollsInput): Promise<PollPage>
  /** Opens a scheduled poll now; safe to repeat. @throws PollError `POLL_NOT_FOUND`, `POLL_CLOSED` */
  openPoll(pollId: string): Promise<Poll>
  /** Closes a poll for good; safe to repeat. @throws PollError `POLL_NOT_FOUND` */
  closePoll(pollId: string): Promise<Poll>
  /**
   * Changes what the edit names and leaves the rest; the same edit again changes nothing. Once votes are in, what would
   * change a cast ballot is refused: the question, the ballot, the opening time, a choice that is missing.
   *
   * @throws PollError `POLL_NOT_FOUND`; `INVALID`, `POLL_CLOSED` and `POLL_HAS_VOTES`, with issues that name the field
   * @example await livePoll.api.editPoll(poll.id, { choices: [...poll.choices, 'Pie'] })
   */
  editPoll(pollId: string, edit: PollEdit): Promise<Poll>
  /**
   * Ends an epoch of a poll: its votes go for good, and the next epoch begins, open unless the poll is scheduled.
   * Of an epoch that is over already it changes nothing, so it is safe to repeat.
   *
   * @throws PollError `POLL_NOT_FOUND`, `INVALID`; `EPOCH_CHANGED` for an epoch that has not begun
   * @example await livePoll.api.resetPoll(poll.id, { epoch: poll.epoch })
   */
  resetPoll(pollId: string, reset: { readonly epoch: number }): Promise<Poll>
  /** Removes a poll, its votes and the pictures that no other poll shows, for good. @throws PollError `POLL_NOT_FOUND`, also when repeated */
  deletePoll(pollId: string): Promise<void>
  /**
   * Counts a poll's votes again, under the locks of its boxes: votes wait meanwhile. Tallies that differ are repaired,
   * shown to who watches, and told to the log as a warning.
   *
   * @throws PollError `POLL_NOT_FOUND`, `UNAVAILABLE`
   */
  recountPoll(pollId: string): Promise<RecountOutcome>
  /**
   * Every voter's vote, in the order of their keys, read page by page: a million are never in memory at once. On Postgres
   * and MySQL all of it is as of the moment when the first was read; on the embedded database a vote that is cast
   * meanwhile is in it or not. Voided votes are among them (`isVoided`), with the choices they had: they do not count.
   *
   * @throws PollError `POLL_NOT_FOUND`, `UNAVAILABLE`; at the first vote, or at any later one
   * @example for await (const { choices, isVoided } of livePoll.api.exportVotes(poll.id)) if (!isVoided) count(choices)
   */
  exportVotes(pollId: string): AsyncIterable<VoteRecord>
  /**
   * Takes out the votes that fit each field of the filter, of an open poll or a closed one, under the locks of its boxes:
   * votes wait meanwhile. They count no more, but as `voided`; their voters cast no other; what they had chosen stays for
   * who exports it. The poll's audit says who did it and why. Safe to repeat: what is voided is not voided again.
   *
   * @throws PollError `POLL_NOT_FOUND`, `INVALID` with issues, `UNAVAILABLE`
   * @example await livePoll.api.voidVotes(poll.id, { filter: { voterKeys }, reason: 'One person, 40 devices' })
   */
  voidVotes(pollId: string, input: VoidInput, context?: VoidVotesContext): Promise<VoidOutcome>
  /** What was done to a poll's votes: the newest 1,000 entries, newest first. @throws PollError `POLL_NOT_FOUND` */
  readAudit(pollId: string): Promise<readonly AuditEntry[]>
  /**
   * Forgets a voter, in all polls: where a poll is not closed, their vote is taken back and deleted; where it is, and where
   * the vote was voided, the count stays, as nobody's. A user's polls lose their owner, and so do the pictures that
   * polls show; the others are removed. Safe to repeat; what they vote
   * afterwards is new, so end their sessions first. An account is not touched: `livePoll.accounts.deleteAccount(id)`
   * deletes it, and ends its sessions.
   *
   * @throws PollError `INVALID`, `INVITATION_INVALID`, `UNAVAILABLE`
   * @example await livePoll.api.eraseVoter({ user: account.id })
   */
  eraseVoter(voter: VoterToErase): Promise<ErasureOutcome>
  /**
   * Keeps a picture, which polls can show by its id. The same one of the same owner is kept once.
   *
   * @throws PollError `UNSUPPORTED_TYPE`, `INVALID`, `TOO_LARGE`, `BUSY`, `STORAGE_UNAVAILABLE`; `NOT_FOUND` where this
   * server keeps none, and says why
   * @example const { id } = await livePoll.api.storeImage(await readFile('soup.jpg'), { owner: 'ada' })
   */
  storeImage(bytes: Uint8Array, context?: { readonly owner?: string | null }): Promise<StoredImage>
  /** Removes a picture. @throws PollError `NOT_FOUND`; `INVALID` for one that a poll shows */
  deleteImage(id: string): Promise<void>
  /** @throws PollError `POLL_NOT_FOUND` */
  getResults(pollId: string): Promise<Results>
  /**
   * A poll's results as they change, wherever the votes are cast: first those of now, then each newer one, never an older
   * one or the same again. Whoever is slow gets the newest, and not what was in between. Begins with the first `next()`; ends
   * with `break`, when `signal` aborts, and with `close()`.
   *
   * @throws PollError `POLL_NOT_FOUND`, also when the poll is deleted; `UNAVAILABLE` where its first reading fails
   * @example for await (const { voters } of livePoll.api.watch(poll.id)) if (voters >= 100) break
   */
  watch(pollId: string, options?: WatchOptions): AsyncIterableIterator<Results>
  /**
   * Casts, changes or (with choices null) retracts a vote. Resolves when it is committed.
   * @throws PollError `POLL_NOT_FOUND`, `INVALID`, `POLL_CLOSED`, `POLL_NOT_OPEN`, `ALREADY_VOTED`, `INVITATION_INVALID`,
   * `INVITATION_USED`, `VOTE_REFUSED`,
   * `REVISION_CONFLICT`, `EPOCH_CHANGED`, `VOTE_ID_REUSED`, `NOT_FOUND`, `BUSY`, `UNAVAILABLE`
   */
  castVote(vote: CastVoteInput): Promise<VoteReceipt>
  /** Null if they never voted in this epoch. @throws PollError `POLL_NOT_FOUND`, `INVALID` */
  getVote(vote: { readonly pollId: string; readonly voter: string; readonly invitation?: string }): Promise<Vote | null>
  /**
   * Makes invitations for a poll that asks for them, at most 10,000 at once. Their codes are in the answer and nowhere
   * else.
   * @throws PollError `POLL_NOT_FOUND`, `INVALID`
   * @example const invitations = await livePoll.api.createInvitations(poll.id, { count: 500 })
   */
  createInvitations(
    pollId: string,
    input: { readonly count: number },
    context?: CreateInvitationsContext,
  ): Promise<readonly Invitation[]>
  /** @throws PollError `POLL_NOT_FOUND` */
  countInvitations(pollId: string): Promise<InvitationCounts>
  /**
   * Makes an invitation worthless; a vote that was cast with it stays. Safe to repeat.
   * @param invitation its id @throws PollError `POLL_NOT_FOUND`, `NOT_FOUND`
   */
  revokeInvitation(pollId: string, invitation: string): Promise<void>
  /**
   * What sinks did not take, and was given up: events of one commit each, at most 100. Those of a sink stand together, those
   * of a box in their order.
   * @throws PollError `INVALID`
   */
  listDeadLetters(page?: ListDeadLettersInput): Promise<DeadLetterPage>
  /**
   * Has dead letters delivered again. Safe to repeat.
   * @returns how many of them were there
   * @throws PollError `INVALID`
   * @example await livePoll.api.replayDeadLetters(deadLetters.map(({ id }) => id))
   */
  replayDeadLetters(ids: readonly string[]): Promise<number>
  /**
   * Says that a session, as `identify` named it, has ended: its connections to this node close at once, and its tokens
   * count no more; on other nodes as soon as they hear of it through the option `redis`, or see the option `endedSessions`.
   */
  endSession(session: string): Promise<void>
  /** Tokens for voters the host names by its own ids, at most 1,000. @throws PollError `INVALID` */
  nameVoters(ids: readonly string[]): Promise<readonly NamedVoter[]>
  /** A ticket for a connection that casts for many voters. */
  createRelayTicket(): Promise<string>
}
