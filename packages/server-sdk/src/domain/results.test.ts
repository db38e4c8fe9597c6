import { describe, expect, it } from 'vitest'
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
  expect(toPoll(record, results, 'wss://votes.example.org/live-poll/channel', undefined)).toEqual({
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
  expect(toPoll(record, results, null, undefined)).toMatchObject({
    state: 'closed',
    results: { version: 6 },
    channelUrl: null,
  })
})

describe('pictures', () => {
  const image = { id: 'i_table', width: 640, height: 480, placeholder: 'data:', alt: 'A table' }
  const choices = [
    { id: 2, label: 'Salad' },
    { id: 1, label: '', image: { ...image, id: 'i_soup', alt: 'Soup' } },
  ]
  const sign = (id: string) => `key of ${id}`
  const shown = (isPrivate: boolean, signImage?: (id: string) => string) => {
    const facts = { ...record.facts, image, choices, isPrivate }
    return toPoll({ ...record, facts }, toResults(record), null, signImage)
  }

  it('of a private poll come with the key that lets its viewers see them', () => {
    expect(shown(true, sign)).toMatchObject({
      image: { ...image, key: 'key of i_table' },
      choices: [choices[0], { id: 1, label: '', image: { id: 'i_soup', alt: 'Soup', key: 'key of i_soup' } }],
    })
  })

  it('of any other poll, or where nobody signs, come without', () => {
    for (const poll of [shown(false, sign), shown(true)]) expect(poll).toMatchObject({ image, choices })
    for (const poll of [shown(false, sign), shown(true)]) expect(JSON.stringify(poll)).not.toContain('"key"')
  })
})
