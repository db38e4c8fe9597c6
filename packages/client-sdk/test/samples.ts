import type { Poll, Results } from '../src/protocol/models.ts'

export function samplePoll(fields: Partial<Poll> = {}): Poll {
  return {
    id: 'lunch',
    question: 'Lunch?',
    choices: [
      { id: 1, label: 'Soup' },
      { id: 2, label: 'Salad' },
    ],
    ballot: { kind: 'choose', min: 1, max: 1 },
    showResults: 'always',
    canChange: true,
    state: 'open',
    opensAt: null,
    closesAt: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    edition: 1,
    epoch: 1,
    results: null,
    channelUrl: null,
    ...fields,
  }
}

export function sampleResults(fields: Partial<Results> = {}): Results {
  return {
    kind: 'choose',
    pollId: 'lunch',
    epoch: 1,
    version: 0,
    edition: 1,
    state: 'open',
    votes: [0, 0],
    voters: 0,
    ...fields,
  }
}
