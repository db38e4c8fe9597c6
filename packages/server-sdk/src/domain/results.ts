import type { Poll, Results } from '@live-poll/client-sdk/protocol'
import { countChoose } from './counting/choose.ts'
import { type PollRecord, pollState } from './poll.ts'

/** The wire's results: a pure function of the buckets of one reading. */
export function toResults({ facts, version, buckets, now }: PollRecord): Results {
  const choiceIds = facts.choices.map((choice) => choice.id)
  return {
    kind: facts.ballot.kind,
    pollId: facts.id,
    epoch: facts.epoch,
    version,
    edition: facts.edition,
    state: pollState(facts, now),
    ...countChoose(choiceIds, buckets),
  }
}

/** The wire's poll, as everyone who may see its results gets it. */
export function toPoll(record: PollRecord, results: Results, channelUrl: string | null): Poll {
  const { facts } = record
  return {
    id: facts.id,
    question: facts.question,
    choices: facts.choices,
    ballot: facts.ballot,
    showResults: facts.showResults,
    minVoters: facts.minVoters,
    canChange: facts.canChange,
    voters: facts.voters,
    needsCaptcha: facts.needsCaptcha,
    isPrivate: facts.isPrivate,
    state: results.state,
    opensAt: facts.opensAt?.toISOString() ?? null,
    closesAt: facts.closesAt?.toISOString() ?? null,
    createdAt: facts.createdAt.toISOString(),
    edition: facts.edition,
    epoch: facts.epoch,
    results,
    channelUrl,
  }
}
