import { pollError, type Vote } from '@live-poll/client-sdk/protocol'
import type { PollFactsCache } from '../ballot-box/poll-facts.ts'
import { toVote } from '../domain/decide-vote.ts'
import type { Voter } from '../domain/voter.ts'
import { voterKey } from '../identity/voter-key.ts'
import type { BallotStore } from '../ports/ballot-store.ts'

export type ReadVote = (pollId: string, voter: Voter) => Promise<Vote | null>

/** What a voter has in the box; null if they never voted in this epoch. @throws PollError `POLL_NOT_FOUND` */
export function createReadVote(facts: PollFactsCache, ballots: Pick<BallotStore, 'readVote'>): ReadVote {
  return async (pollId, voter) => {
    const poll = await facts.get(pollId)
    if (!poll) throw pollError('POLL_NOT_FOUND')
    const row = await ballots.readVote(pollId, voterKey(poll.voterKeys, voter))
    return row ? toVote(row) : null
  }
}
