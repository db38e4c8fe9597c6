import type {
  AdmissionInput,
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
  VoteInput,
  VoteReceipt,
  VoterAdmission,
} from '../protocol/models.ts'
import { pollPath as poll, query } from './poll-path.ts'
import { createRequest, type RequestOptions } from './request.ts'
import type { UploadOptions } from './upload-image.ts'

/**
 * The HTTP API, one function a route.
 *
 * Every function rejects with a {@link PollError}: the server's code where it gave one,
 * `UNAVAILABLE` where it could not be reached or did not answer within 20 s.
 */
export interface PollApi {
  /**
   * Creates a poll. Organizers only.
   * @param options.idempotencyKey Up to 200 characters; repeated within 24 h, the first answer is given again.
   * @throws INVALID (with issues) · FORBIDDEN · IDEMPOTENCY_KEY_REUSED
   */
  createPoll(input: PollInput, options?: { readonly idempotencyKey?: string }): Promise<Poll>
  /**
   * The newest polls first, a page at a time. Organizers only.
   * @throws FORBIDDEN
   */
  listPolls(page?: { readonly cursor?: string; readonly limit?: number }): Promise<PollPage>
  /**
   * A poll as whoever the token names may see it: `results` is null where they are hidden.
   * @throws POLL_NOT_FOUND
   */
  getPoll(pollId: string): Promise<Poll>
  /**
   * Changes what the edit names and leaves the rest; everyone who watches sees it at once. Organizers only; safe to
   * repeat. With votes in, the question, the ballot and `opensAt` stay and no choice goes; once closed, only words,
   * order and visibility change.
   * @throws POLL_NOT_FOUND · FORBIDDEN · INVALID, POLL_HAS_VOTES, POLL_CLOSED (each with issues)
   */
  editPoll(pollId: string, edit: PollEdit): Promise<Poll>
  /**
   * Opens a scheduled poll now. Organizers only; safe to repeat.
   * @throws POLL_NOT_FOUND · POLL_CLOSED · FORBIDDEN
   */
  openPoll(pollId: string): Promise<Poll>
  /**
   * Closes a poll for good and answers with its final results. Organizers only; safe to repeat.
   * @throws POLL_NOT_FOUND · FORBIDDEN
   */
  closePoll(pollId: string): Promise<Poll>
  /**
   * Empties the boxes of an epoch and begins the next one, for a closed poll too: every vote is gone. Organizers only;
   * safe to repeat, for an epoch that is over already is not reset again.
   * @param reset.epoch the poll's `epoch` as you saw it
   * @throws POLL_NOT_FOUND · FORBIDDEN · INVALID · EPOCH_CHANGED for an epoch that has not begun
   */
  resetPoll(pollId: string, reset: { readonly epoch: number }): Promise<Poll>
  /**
   * Removes a poll and every vote in it; whoever watches is told that there is no such poll. Organizers only.
   * @throws POLL_NOT_FOUND · FORBIDDEN
   */
  deletePoll(pollId: string): Promise<void>
  /** @throws POLL_NOT_FOUND · RESULTS_HIDDEN */
  getResults(pollId: string): Promise<Results>
  /**
   * Casts or changes the vote of the voter whose token this API was given. Resolves once it is committed.
   * After `UNAVAILABLE` the outcome is unknown: send the same input again.
   * @throws UNAUTHENTICATED · POLL_NOT_FOUND · POLL_NOT_OPEN · POLL_CLOSED · INVALID · ALREADY_VOTED ·
   * REVISION_CONFLICT · EPOCH_CHANGED · VOTE_ID_REUSED · BUSY · UNAVAILABLE
   */
  castVote(pollId: string, vote: VoteInput): Promise<VoteReceipt>
  /** Takes the vote back; its revision goes on counting. Throws what {@link PollApi.castVote} throws. */
  retractVote(pollId: string, vote: Omit<VoteInput, 'choices'>): Promise<VoteReceipt>
  /**
   * The own vote, or null for a voter who never voted in this epoch: the first vote then has revision 0.
   * @throws UNAUTHENTICATED · POLL_NOT_FOUND
   */
  getVote(pollId: string): Promise<Vote | null>
  /**
   * Admits the caller as a voter: whoever the host says is signed in, else the voter of the token, else the holder of the
   * invitation, else a new device.
   * @param shown what the caller shows besides; nothing by default
   * @throws UNAUTHENTICATED for a token that is not valid any more, and for nobody with `isKnown` · INVITATION_INVALID ·
   * CAPTCHA_FAILED · RATE_LIMITED for one more new device from a network that has sent many
   */
  admitVoter(shown?: AdmissionInput): Promise<VoterAdmission>
  /**
   * Tokens and tickets for voters that an organizer names, at most 1,000 a call, in the same order.
   * @throws FORBIDDEN · INVALID
   */
  admitVoters(voters: readonly string[]): Promise<readonly NamedVoter[]>
  /**
   * A ticket for one connection that casts for many voters: see `PollClient.relay`. Organizers only.
   * @throws FORBIDDEN
   */
  admitRelay(): Promise<string>
  /**
   * Makes invitations of a poll. Each code is told this once: only its hash is kept. Organizers only.
   * @param batch.count 1 to 10,000
   * @param options.idempotencyKey Up to 200 characters; repeated within 24 h, the first answer is given again.
   * @throws POLL_NOT_FOUND · FORBIDDEN · INVALID · IDEMPOTENCY_KEY_REUSED
   */
  createInvitations(
    pollId: string,
    batch: { readonly count: number },
    options?: { readonly idempotencyKey?: string },
  ): Promise<readonly Invitation[]>
  /**
   * How many invitations there are, and how many of them were used and revoked. Organizers only.
   * @throws POLL_NOT_FOUND · FORBIDDEN
   */
  countInvitations(pollId: string): Promise<InvitationCounts>
  /**
   * Makes an invitation worthless from now on; a vote that was cast with it stays. Organizers only; safe to repeat.
   * @throws POLL_NOT_FOUND · NOT_FOUND · FORBIDDEN
   */
  revokeInvitation(pollId: string, invitationId: string): Promise<void>
  /**
   * Takes votes out, for a reason that stands in the poll's audit; everyone sees how many. Organizers only.
   * @throws POLL_NOT_FOUND · FORBIDDEN · INVALID
   */
  voidVotes(pollId: string, input: VoidInput): Promise<VoidOutcome>
  /**
   * What was done to votes that were cast, the oldest first. Organizers only.
   * @throws POLL_NOT_FOUND · FORBIDDEN
   */
  readAudit(pollId: string): Promise<readonly AuditEntry[]>
  /**
   * Forgets a voter in every poll: out of those that are open their votes are taken, in closed ones the count stays and
   * nobody is named any more. Organizers only; safe to repeat.
   * @param voter the host's id of the voter
   * @throws FORBIDDEN
   */
  eraseVoter(voter: string): Promise<{ readonly polls: number }>
  /**
   * Stores a picture for polls: PNG, JPEG, WebP, AVIF, or the first frame of a GIF. A browser makes one that is too large
   * smaller first. What no poll uses is removed after a day. Organizers only; safe to repeat: the same picture is kept once.
   * @returns pass its `id` as `image` of a question or a choice
   * @throws TOO_LARGE · UNSUPPORTED_TYPE · INVALID · FORBIDDEN · BUSY · STORAGE_UNAVAILABLE · what `options.signal` says
   */
  uploadImage(file: Blob, options?: UploadOptions): Promise<StoredImage>
  /**
   * Removes a picture of one's own that no poll uses. Organizers only.
   * @throws NOT_FOUND · INVALID where a poll uses it · FORBIDDEN
   */
  deleteImage(imageId: string): Promise<void>
}

/** Where the server is, and what its requests carry. */
export interface PollApiOptions extends RequestOptions {}

/**
 * The typed HTTP API by itself, for a server or a script that needs no live connection.
 * Within a page, `createPollClient(...).api` is the same thing.
 */
export function createPollApi(options: PollApiOptions): PollApi {
  const request = createRequest(options)

  return {
    createPoll: (input, once) => request('POST', '/polls', { body: input, asHostUser: true, headers: onlyOnce(once) }),
    listPolls: (page = {}) => request('GET', `/polls${query(page)}`, { asHostUser: true }),
    getPoll: (pollId) => request('GET', poll(pollId)),
    openPoll: (pollId) => request('POST', poll(pollId, '/open'), { body: {}, asHostUser: true }),
    closePoll: (pollId) => request('POST', poll(pollId, '/close'), { body: {}, asHostUser: true }),
    editPoll: (pollId, edit) => request('PATCH', poll(pollId), { body: edit, asHostUser: true }),
    resetPoll: (pollId, reset) => request('POST', poll(pollId, '/reset'), { body: reset, asHostUser: true }),
    deletePoll: (pollId) => request('DELETE', poll(pollId), { asHostUser: true }),
    getResults: (pollId) => request('GET', poll(pollId, '/results')),
    castVote: (pollId, vote) => request('PUT', poll(pollId, '/vote'), { body: vote }),
    retractVote: (pollId, { voteId, revision, epoch }) =>
      request('DELETE', `${poll(pollId, '/vote')}${query({ voteId, revision, epoch })}`),
    getVote: (pollId) =>
      request<Vote>('GET', poll(pollId, '/vote')).catch((error) => {
        if (error.code === 'NOT_FOUND') return null
        throw error
      }),
    admitVoter: (shown = {}) => request('POST', '/voters', { body: shown, asHostUser: true }),
    admitVoters: async (voters) => {
      const answer = await request<{ voters: NamedVoter[] }>('POST', '/voters', { body: { voters }, asHostUser: true })
      return answer.voters
    },
    admitRelay: async () => {
      const answer = await request<{ ticket: string }>('POST', '/voters', { body: { relay: true }, asHostUser: true })
      return answer.ticket
    },
    createInvitations: async (pollId, batch, once) => {
      const call = { body: batch, asHostUser: true, headers: onlyOnce(once) }
      const answer = await request<{ invitations: Invitation[] }>('POST', poll(pollId, '/invitations'), call)
      return answer.invitations
    },
    countInvitations: (pollId) => request('GET', poll(pollId, '/invitations'), { asHostUser: true }),
    revokeInvitation: (pollId, invitationId) =>
      request('DELETE', poll(pollId, `/invitations/${encodeURIComponent(invitationId)}`), { asHostUser: true }),
    voidVotes: (pollId, input) => request('POST', poll(pollId, '/void'), { body: input, asHostUser: true }),
    readAudit: async (pollId) => {
      const answer = await request<{ entries: AuditEntry[] }>('GET', poll(pollId, '/audit'), { asHostUser: true })
      return answer.entries
    },
    eraseVoter: (voter) => request('DELETE', `/voters/${encodeURIComponent(voter)}`, { asHostUser: true }),
    uploadImage: async (file, how) => (await import('./upload-image.ts')).createUploadImage(options)(file, how),
    deleteImage: (imageId) => request('DELETE', `/images/${encodeURIComponent(imageId)}`, { asHostUser: true }),
  }
}

function onlyOnce({ idempotencyKey }: { readonly idempotencyKey?: string } = {}): Record<string, string> {
  return idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}
}
