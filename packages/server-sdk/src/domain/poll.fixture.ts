import type { PollFacts } from './poll.ts'

/** An open poll of one choice, for anyone and seen by everyone; a test names what it is about. */
export function pollFacts(fields: Partial<PollFacts> = {}): PollFacts {
  return {
    ...{ id: 'p', question: 'Lunch?', choices: [{ id: 1, label: 'Soup' }], ballot: { kind: 'choose', min: 1, max: 1 } },
    ...{ showResults: 'always', minVoters: null, revealedEpoch: null, lastChoiceId: 1, canChange: true },
    ...{ voters: ['anyone'], needsCaptcha: false, isPrivate: false },
    ...{ opensAt: null, closesAt: null, closedAt: null, createdAt: new Date(0), owner: null, salt: '' },
    ...{ boxes: 1, plan: 1, edition: 1, epoch: 1 },
    ...fields,
  }
}
