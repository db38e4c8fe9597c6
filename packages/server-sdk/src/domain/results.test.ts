import { expect, it } from 'vitest'
import type { PollRecord } from './poll.ts'
import { toPoll, toResults } from './results.ts'

const noon = new Date('2026-06-01T12:00:00Z')
const record: PollRecord = {
  facts: {
    id: 'p_1',
    question: 'Lunch?',
    choices: [
      { id: 2, label: 'Salad' },
      { id: 1, label: 'Soup' },
    ],
    ballot: { kind: 'choose', min: 1, max: 1 },
    showResults: 'always',
    minVoters: 9,
    revealedEpoch: 3,
    lastChoiceId: 2,
    canChange: true,
    voters: ['account', 'invitation'],
    needsCaptcha: true,
    isPrivate: true,
    opensAt: null,
    closesAt: noon,
    closedAt: null,
    createdAt: new Date('2026-05-01T00:00:00Z'),
    boxes: 1,
    plan: 7,
    edition: 2,
    epoch: 3,
    salt: 'c2FsdA',
    owner: 'user-1',
  },
  version: 5,
  buckets: new Map([
    ['voters', 4],
    ['1', 3],
    ['2', 1],
  ]),
  now: noon,
}

it('says on the wire what one reading saw, and nothing of how it is kept', () => {
  const results = toResults(record)
  expect(results).toEqual({
    kind: 'choose',
    pollId: 'p_1',
    epoch: 3,
    version: 5,
    edition: 2,
    state: 'open',
    votes: [1, 3],
    voters: 4,
  })
  expect(toPoll(record, results, 'wss://votes.example.org/live-poll/channel')).toEqual({
    id: 'p_1',
    question: 'Lunch?',
    choices: record.facts.choices,
    ballot: { kind: 'choose', min: 1, max: 1 },
    showResults: 'always',
    minVoters: 9,
    canChange: true,
    voters: ['account', 'invitation'],
    needsCaptcha: true,
    isPrivate: true,
    state: 'open',
    opensAt: null,
    closesAt: '2026-06-01T12:00:00.000Z',
    createdAt: '2026-05-01T00:00:00.000Z',
    edition: 2,
    epoch: 3,
    results,
    channelUrl: 'wss://votes.example.org/live-poll/channel',
  })
})

it('shows the state of the results it shows', () => {
  const results = { ...toResults(record), state: 'closed' as const, version: 6 }
  expect(toPoll(record, results, null)).toMatchObject({ state: 'closed', results: { version: 6 }, channelUrl: null })
})
