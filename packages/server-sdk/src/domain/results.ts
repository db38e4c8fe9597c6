import type { Poll, PollImage, Results } from '@live-poll/client-sdk/protocol'
import { countChoose } from './counting/choose.ts'
import { type PollFacts, type PollRecord, pollState } from './poll.ts'

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

/** What proves that a private poll's picture was shown to whoever has it. */
export type SignImage = (id: string) => string

/**
 * The wire's poll, as everyone who may see its results gets it.
 * @param signImage undefined: nobody can see the pictures of private polls
 */
export function toPoll(
  record: PollRecord,
  results: Results,
  channelUrl: string | null,
  signImage: SignImage | undefined,
): Poll {
  const { facts } = record
  return {
    id: facts.id,
    question: facts.question,
    ...(facts.isPrivate && signImage ? signImages(facts, signImage) : pickImages(facts)),
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

type ShownImages = Pick<PollFacts, 'image' | 'choices'>

function pickImages({ image, choices }: ShownImages): ShownImages {
  return image ? { image, choices } : { choices }
}

function signImages({ image, choices }: ShownImages, signImage: SignImage): ShownImages {
  const signed = (one: PollImage): PollImage => ({ ...one, key: signImage(one.id) })
  return {
    ...(image && { image: signed(image) }),
    choices: choices.map((choice) => (choice.image ? { ...choice, image: signed(choice.image) } : choice)),
  }
}
