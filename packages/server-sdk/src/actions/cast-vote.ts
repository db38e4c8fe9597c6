import { PollError, pollError, type VoteReceipt } from '@live-poll/client-sdk/protocol'
import type { GroupCommit } from '../ballot-box/group-commit.ts'
import type { PollFactsCache, PreparedPoll } from '../ballot-box/poll-facts.ts'
import { prepareVote, type VoteRequest } from '../ballot-box/prepare-vote.ts'
import type { MayView } from '../identity/may-view.ts'
import type { PreparedVote } from '../ports/ballot-store.ts'
import { reach } from '../ports/failpoints.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Board } from '../results/board.ts'
import { aboutPoll } from './read-poll.ts'

export type CastVote = (request: VoteRequest) => Promise<VoteReceipt>

/** A plan that changes this often while one vote is prepared is no plan. */
const maxPreparations = 10

/**
 * Casts, changes or retracts one vote. Resolves when it is committed.
 *
 * @throws PollError `POLL_NOT_FOUND`, also for a private poll that is not for them; `UNAUTHENTICATED`,
 * `INVITATION_INVALID`, `INVITATION_USED`, `CAPTCHA_FAILED`, `VOTE_REFUSED`; `INVALID`, `EPOCH_CHANGED`, `VOTE_ID_REUSED`, `POLL_CLOSED`, `POLL_NOT_OPEN`,
 * `ALREADY_VOTED` and `REVISION_CONFLICT` (both with the vote that stands), `NOT_FOUND` (nothing to retract);
 * `BUSY`: not taken, try again later; `UNAVAILABLE`: unknown, ask again with the same vote id
 */
export function createCastVote(
  facts: PollFactsCache,
  groupCommit: Pick<GroupCommit, 'cast'>,
  board: Pick<Board, 'markDirty'>,
  mayView: MayView,
  metrics: Pick<Metrics, 'count' | 'countBy'>,
): CastVote {
  /** Where all that it takes is in memory; undefined: it has to be prepared with more care. */
  function prepareAtOnce(request: VoteRequest): { poll: PreparedPoll; vote: PreparedVote } | undefined {
    const poll = facts.known(request.pollId)
    if (!poll || (poll.rules.isPrivate && !request.isTrusted)) return undefined
    try {
      return { poll, vote: prepareVote(request, poll) }
    } catch (error) {
      if (error instanceof PollError) return undefined
      throw error
    }
  }

  /** The poll in memory may be older than the one its voter sees: what does not fit it is fitted to a new reading. */
  async function prepare(request: VoteRequest): Promise<{ poll: PreparedPoll; vote: PreparedVote }> {
    const poll = await find(request)
    try {
      return { poll, vote: prepareVote(request, poll) }
    } catch (error) {
      if (!(error instanceof PollError)) throw error
      facts.drop(request.pollId, poll)
      const newer = await find(request)
      return { poll: newer, vote: prepareVote(request, newer) }
    }
  }

  async function find(request: VoteRequest): Promise<PreparedPoll> {
    const poll = await facts.get(request.pollId)
    if (!poll) throw pollError('POLL_NOT_FOUND')
    if (!poll.rules.isPrivate || request.isTrusted || (await mayView(aboutPoll(poll.rules), { pass: request })))
      return poll
    throw pollError('POLL_NOT_FOUND')
  }

  return async (request) => {
    const { pollId, voteId } = request
    FAILPOINT: reach('recv')
    try {
      for (let preparation = 0; preparation < maxPreparations; preparation++) {
        const { poll, vote } = prepareAtOnce(request) ?? (await prepare(request))
        const outcome = await groupCommit.cast(vote)
        switch (outcome.kind) {
          case 'accepted':
            metrics.count('live_poll_votes_accepted_total')
            board.markDirty(pollId)
            return { voteId, revision: outcome.revision, epoch: outcome.epoch }
          case 'duplicate':
            metrics.count('live_poll_votes_duplicate_total')
            return { voteId, revision: outcome.revision, epoch: outcome.epoch, duplicate: true }
          case 'refused': {
            const { kind: _, code, ...details } = outcome
            if (code === 'POLL_NOT_FOUND') facts.drop(pollId)
            throw pollError(code, details)
          }
          case 'stale':
            facts.drop(pollId, poll)
        }
      }
      throw pollError('BUSY', { retryAfter: 1000 })
    } catch (error) {
      metrics.countBy('live_poll_votes_refused_total', error instanceof PollError ? error.code : 'INTERNAL')
      throw error
    }
  }
}
