import type { Results } from '@live-poll/client-sdk/protocol'
import { expect, it } from 'vitest'
import { pollFacts } from './poll.fixture.ts'
import { compareVersion, isContradiction, type PollVersion, versionOf } from './poll-version.ts'

const stored: PollVersion = { pollId: 'p', epoch: 2, version: 10, edition: 3, state: 'open', isRevealed: true }
const shown = (fields: Partial<Results> = {}, isRevealed = true) => ({
  results: {
    ...{ kind: 'choose' as const, pollId: 'p', epoch: 2, version: 10, edition: 3, state: 'open' as const },
    ...{ votes: [4, 6], voters: 10, ...fields },
  },
  visibility: { showResults: 'always' as const, isRevealed, isPrivate: false },
})

it.each([
  ['same', {}, {}],
  ['ahead', { version: 11 }, {}],
  ['ahead', { epoch: 3, version: 1 }, {}],
  ['ahead', { version: 11, edition: 1, state: 'closed' }, {}],
  ['ahead', {}, { state: 'scheduled' }],
  ['behind', { version: 9 }, {}],
  ['behind', { epoch: 1, version: 99 }, {}],
  ['behind', { edition: 4 }, {}],
  ['behind', { state: 'closed' }, {}],
  ['behind', {}, { state: 'closed' }],
  // A clock that was put back: it says nothing of what the poll holds.
  ['same', { state: 'scheduled' }, {}],
] as const)('is %s: %j is stored where %j was shown', (standing, inDatabase, onScreens) => {
  expect(compareVersion({ ...stored, ...inDatabase }, shown(onScreens))).toBe(standing)
})

it('is ahead where enough have voted since, and behind where that is not so any more at one version', () => {
  expect(compareVersion(stored, shown({}, false))).toBe('ahead')
  expect(compareVersion({ ...stored, isRevealed: false }, shown())).toBe('behind')
  expect(compareVersion({ ...stored, isRevealed: false }, shown({}, false))).toBe('same')
})

it('is taken from a reading', () => {
  const facts = pollFacts({ epoch: 2, edition: 3, minVoters: 5, revealedEpoch: 1, closedAt: new Date(1) })
  const record = { facts, version: 10, buckets: new Map(), now: new Date(2) }
  expect(versionOf(record)).toEqual({ ...stored, state: 'closed', isRevealed: false })
})

it.each([
  [false, {}],
  [true, { votes: [5, 5] }],
  [true, { voters: 9 }],
  [true, { edition: 4 }],
  [false, { version: 11, votes: [5, 6] }],
  [false, { epoch: 3, votes: [0, 0] }],
] as const)('contradicts the other: %s, where it differs in %j', (isContradicted, fields) => {
  expect(isContradiction(shown({ ...fields } as Partial<Results>).results, shown().results)).toBe(isContradicted)
})
