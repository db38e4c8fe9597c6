import type { VoteReceipt } from '../protocol/models.ts'
import type { PollListener } from './watched-poll.ts'

/** What a voter's page needs: one client for all polls of one server, one live connection, opened when first needed. */
export interface VoterClient {
  /**
   * Calls the listener at once with the current state, then at every change, until the returned function is called.
   * It reconnects by itself, and what it shows never moves backwards.
   */
  watch(pollId: string, listener: PollListener): () => void
  /**
   * Casts the vote, changes it, or with null retracts it. Resolves once it is committed: until then it is kept and
   * sent again under the same vote id after every lost connection. Later votes on the same poll wait for earlier ones.
   * @throws PollError POLL_NOT_FOUND · POLL_NOT_OPEN · POLL_CLOSED · INVALID · ALREADY_VOTED · REVISION_CONFLICT ·
   * EPOCH_CHANGED · UNAUTHENTICATED · INVITATION_INVALID · INVITATION_USED · CAPTCHA_FAILED · VOTE_REFUSED · FORBIDDEN ·
   * ORIGIN_NOT_ALLOWED; UNAVAILABLE with `details.voteId` when the client was closed first
   */
  vote(pollId: string, choices: readonly number[] | null): Promise<VoteReceipt>
  /**
   * Who is signed in with the host may have changed: forgets who was, and goes on as whoever is now. Other tabs do the
   * same where the storage is theirs, too. Call it after a sign-in or a sign-out that does not load the page anew.
   */
  refresh(): void
  /** Closes the live connection and rejects votes that are unanswered. */
  close(): void
}
