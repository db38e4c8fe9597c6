import { pollError } from '../protocol/errors.ts'
import type { Poll, PollInput, VoteReceipt } from '../protocol/models.ts'
import type { PollError } from '../protocol/poll-error.ts'
import { createFakeBox, type FakeBox, type FakeVote } from './fake-box.ts'

/** A vote that was counted. */
export interface CountedVote {
  readonly pollId: string
  readonly voter: string
  readonly choices: readonly number[] | null
}

/** All polls of a fake server, and what both its wires ask of them. */
export interface FakeHouse {
  readonly votes: CountedVote[]
  /** The polls, in the order in which they were made. */
  readonly boxes: Map<string, FakeBox>
  /** Refusals of the next votes, in order. */
  readonly refusals: PollError[]
  /** Milliseconds before each answer. */
  delay: number
  isOnline: boolean
  /** Called with the id of a poll that has changed. */
  readonly watchers: Set<(pollId: string) => void>
  createPoll(input: PollInput & { readonly id?: string }): Poll
  /** @throws PollError `POLL_NOT_FOUND` */
  box(pollId: string): FakeBox
  change(pollId: string, how: (box: FakeBox) => void): void
  vote(pollId: string, voter: string, vote: FakeVote): VoteReceipt
  /** Resolves when an answer may go out. */
  wait(): Promise<void>
}

export function createFakeHouse(): FakeHouse {
  const house: FakeHouse = {
    votes: [],
    boxes: new Map(),
    refusals: [],
    delay: 0,
    isOnline: true,
    watchers: new Set(),
    createPoll(input) {
      const poll = toPoll(input, `poll-${house.boxes.size + 1}`)
      const box = createFakeBox(poll)
      house.boxes.set(poll.id, box)
      return box.poll()
    },
    box(pollId) {
      const box = house.boxes.get(pollId)
      if (box) return box
      throw pollError('POLL_NOT_FOUND')
    },
    change(pollId, how) {
      how(house.box(pollId))
      for (const tell of house.watchers) tell(pollId)
    },
    vote(pollId, voter, vote) {
      const box = house.box(pollId)
      const refusal = house.refusals.shift()
      if (refusal) throw refusal
      const receipt = box.take(voter, vote)
      if (!receipt.duplicate) {
        house.votes.push({ pollId, voter, choices: box.vote(voter)?.choices ?? null })
        for (const tell of house.watchers) tell(pollId)
      }
      return receipt
    },
    wait: () => (house.delay > 0 ? new Promise((resolve) => setTimeout(resolve, house.delay)) : Promise.resolve()),
  }
  return house
}

/** The poll with the defaults of the protocol. Nothing but the choices is checked. */
function toPoll(
  { id, image: _, choices, ballot, voters, ...input }: PollInput & { readonly id?: string },
  next: string,
): Poll {
  if (choices.length < 2) throw pollError('INVALID', { issues: [{ path: 'choices', message: 'Send two or more.' }] })
  return {
    id: id ?? next,
    question: input.question,
    choices: choices.map((choice, index) => ({
      id: index + 1,
      label: typeof choice === 'string' ? choice : (choice.label ?? ''),
    })),
    ballot: { kind: 'choose', min: ballot?.min ?? 1, max: ballot?.max ?? 1 },
    showResults: input.showResults ?? 'always',
    minVoters: input.minVoters ?? null,
    canChange: input.canChange ?? true,
    voters: typeof voters === 'string' ? [voters] : (voters ?? ['anyone']),
    needsCaptcha: input.needsCaptcha ?? false,
    isPrivate: input.isPrivate ?? false,
    state: 'open',
    opensAt: input.opensAt ?? null,
    closesAt: input.closesAt ?? null,
    createdAt: new Date().toISOString(),
    edition: 1,
    epoch: 1,
    results: null,
    channelUrl: null,
  }
}
