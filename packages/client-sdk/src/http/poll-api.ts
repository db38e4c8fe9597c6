import type {
  NamedVoter,
  Poll,
  PollEdit,
  PollInput,
  PollPage,
  Results,
  Vote,
  VoteInput,
  VoteReceipt,
  VoterAdmission,
} from '../protocol/models.ts'
import { pollPath as poll, query } from './poll-path.ts'
import { createRequest, type RequestOptions } from './request.ts'

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
   * Admits the caller as a voter: the one of the voter token, else whoever the host says it is, else a new device.
   * @throws UNAUTHENTICATED when the token is not valid any more
   */
  admitVoter(): Promise<VoterAdmission>
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
}

export interface PollApiOptions extends RequestOptions {}

/**
 * The typed HTTP API by itself, for a server or a script that needs no live connection.
 * Within a page, `createPollClient(...).api` is the same thing.
 */
export function createPollApi(options: PollApiOptions): PollApi {
  const request = createRequest(options)

  return {
    createPoll: (input, { idempotencyKey } = {}) =>
      request('POST', '/polls', {
        body: input,
        asHostUser: true,
        headers: idempotencyKey ? { 'idempotency-key': idempotencyKey } : {},
      }),
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
    admitVoter: () => request('POST', '/voters', { body: {}, asHostUser: true }),
    admitVoters: async (voters) => {
      const answer = await request<{ voters: NamedVoter[] }>('POST', '/voters', { body: { voters }, asHostUser: true })
      return answer.voters
    },
    admitRelay: async () => {
      const answer = await request<{ ticket: string }>('POST', '/voters', { body: { relay: true }, asHostUser: true })
      return answer.ticket
    },
  }
}
