import { pollError, type Vote } from '@live-poll/client-sdk/protocol'
import type { PollFactsCache } from '../ballot-box/poll-facts.ts'
import { toVote } from '../domain/decide-vote.ts'
import type { Admitted } from '../domain/voter.ts'
import { enter } from '../domain/voter-policy.ts'
import { voterKey } from '../identity/voter-key.ts'
import type { BallotStore } from '../ports/ballot-store.ts'

export type ReadVote = (pollId: string, voter: Admitted) => Promise<Vote | null>

/**
 * What a voter has in the box; null if they never voted in this epoch, or lack what the poll asks of its voters.
 * @throws PollError `POLL_NOT_FOUND`
 */
export function createReadVote(facts: PollFactsCache, ballots: Pick<BallotStore, 'readVote'>): ReadVote {
  return async (pollId, voter) => {
    const poll = await facts.get(pollId)
    if (!poll) throw pollError('POLL_NOT_FOUND')
    // Who has yet to solve the captcha has a vote still, cast before it was asked for.
    const entry = enter({ ...poll.rules, needsCaptcha: false }, voter)
    if (!entry.ok) return null
    const row = await ballots.readVote(pollId, voterKey(poll.voterKeys, entry.voter))
    return row ? toVote(row) : null
  }
}
