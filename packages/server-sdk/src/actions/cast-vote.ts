import { pollError, type VoteReceipt } from '@live-poll/client-sdk/protocol'
import type { GroupCommit } from '../ballot-box/group-commit.ts'
import type { PollFactsCache } from '../ballot-box/poll-facts.ts'
import { prepareVote, type VoteRequest } from '../ballot-box/prepare-vote.ts'
import type { Board } from '../results/board.ts'

export type CastVote = (request: VoteRequest) => Promise<VoteReceipt>

/** A plan that changes this often while one vote is prepared is no plan. */
const maxPreparations = 10

/**
 * Casts, changes or retracts one vote. Resolves when it is committed.
 *
 * @throws PollError `POLL_NOT_FOUND`, `INVALID`, `EPOCH_CHANGED`, `VOTE_ID_REUSED`, `POLL_CLOSED`, `POLL_NOT_OPEN`,
 * `ALREADY_VOTED`, `REVISION_CONFLICT`, `NOT_FOUND` (nothing to retract); `BUSY`: not taken, try again later;
 * `UNAVAILABLE`: unknown, ask again with the same vote id
 */
export function createCastVote(facts: PollFactsCache, groupCommit: GroupCommit, board: Board): CastVote {
  return async (request) => {
    for (let preparation = 0; preparation < maxPreparations; preparation++) {
      const poll = await facts.get(request.pollId)
      if (!poll) throw pollError('POLL_NOT_FOUND')
      const outcome = await groupCommit.cast(prepareVote(request, poll))
      switch (outcome.kind) {
        case 'accepted':
          board.markDirty(request.pollId)
          return { voteId: request.voteId, revision: outcome.revision, epoch: outcome.epoch }
        case 'duplicate':
          return { voteId: request.voteId, revision: outcome.revision, epoch: outcome.epoch, duplicate: true }
        case 'refused':
          if (outcome.code === 'POLL_NOT_FOUND') facts.drop(request.pollId)
          throw pollError(outcome.code, { revision: outcome.revision, epoch: outcome.epoch })
        case 'stale':
          facts.drop(request.pollId)
      }
    }
    throw pollError('BUSY', { retryAfter: 1000 })
  }
}
