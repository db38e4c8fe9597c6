import { pollError, type Vote } from '@live-poll/client-sdk/protocol'
import type { PollFactsCache } from '../ballot-box/poll-facts.ts'
import { toVote } from '../domain/decide-vote.ts'
import type { Admitted } from '../domain/voter.ts'
import { enter } from '../domain/voter-policy.ts'
import { voterKey } from '../identity/voter-key.ts'
import type { BallotStore } from '../ports/ballot-store.ts'
import { gather } from '../results/gather.ts'

export type ReadVote = (pollId: string, voter: Admitted) => Promise<Vote | null>

/** Milliseconds between two statements: after a restart, thousands ask within seconds. */
const interval = 50

/** Voters that one statement asks for. */
const most = 1000

/**
 * What a voter has in the box; null if they never voted in this epoch, or lack what the poll asks of its voters. It costs
 * so many statements a second, however many ask.
 * @throws PollError `POLL_NOT_FOUND`
 */
export function createReadVote(facts: Pick<PollFactsCache, 'get'>, ballots: Pick<BallotStore, 'readVotes'>): ReadVote {
  const readRow = gather(ballots.readVotes, interval, most)
  return async (pollId, voter) => {
    const poll = await facts.get(pollId)
    if (!poll) throw pollError('POLL_NOT_FOUND')
    // Who has yet to solve the captcha has a vote still, cast before it was asked for.
    const entry = enter({ ...poll.rules, needsCaptcha: false }, voter)
    if (!entry.ok) return null
    const row = await readRow({ pollId, voterKey: voterKey(poll.voterKeys, entry.voter) })
    return row ? toVote(row) : null
  }
}
