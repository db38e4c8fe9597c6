import { PollError, type VoteReceipt } from '@live-poll/client-sdk/protocol'
import { type CastVote, createCastVote, createSubmitVote } from '../../src/actions/cast-vote.ts'
import { createMemoryMetrics } from '../../src/adapters/memory/metrics.ts'
import { createGroupCommit } from '../../src/ballot-box/group-commit.ts'
import { createPollFactsCache } from '../../src/ballot-box/poll-facts.ts'
import type { VoteRequest } from '../../src/ballot-box/prepare-vote.ts'
import { deriveKeys } from '../../src/identity/keys.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import type { StoresUnderTest } from './stores.ts'

/** The voting side of a node on these stores: with a memory of polls, and a queue, of its own. */
export function startVotingNode({ polls, ballots }: StoresUnderTest, batch = 500): CastVote {
  const facts = createPollFactsCache(polls, deriveKeys('a secret of at least 32 bytes, for tests'))
  const limits = { batch, queue: 20_000, wait: 60_000, interval: 0, enough: 1 }
  const metrics = createMemoryMetrics()
  const groupCommit = createGroupCommit(ballots, 2, limits, createRecordingLogger(), metrics)
  return createCastVote(createSubmitVote(facts, groupCommit, { markDirty() {} }, async () => true, metrics))
}

let nextVote = 0

/** A vote for choice 1 by a voter of its own. */
export function voteRequest(pollId: string, fields: Partial<VoteRequest> = {}): VoteRequest {
  const voteId = `request-${nextVote++}`
  return { pollId, voter: { kind: 'user', id: voteId }, voteId, choices: [1], ...fields }
}

/** A receipt, or the code of a refusal; anything else is thrown. */
export function answerOf(casting: Promise<VoteReceipt>): Promise<VoteReceipt | string> {
  return casting.catch((error: unknown) => {
    if (error instanceof PollError) return error.code
    throw error
  })
}

/** How often each answer was given. */
export function countAnswers(answers: readonly (VoteReceipt | string)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const answer of answers) {
    const name = typeof answer === 'string' ? answer : 'accepted'
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
