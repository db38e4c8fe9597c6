import type { PollState, ShowResults } from '@live-poll/client-sdk/protocol'
import { describe, expect, it } from 'vitest'
import { maySeeResults, type Viewer, viewerOf, visibilityOf } from './visibility.ts'

const states: readonly PollState[] = ['scheduled', 'open', 'closed']

/** Who sees results, by state: o for organizers, v for who has voted, p for the public. */
const table: Readonly<Record<ShowResults, readonly [scheduled: string, open: string, closed: string]>> = {
  always: ['ovp', 'ovp', 'ovp'],
  'after-vote': ['ov', 'ov', 'ovp'],
  'after-close': ['o', 'o', 'ovp'],
  organizers: ['o', 'o', 'o'],
}

describe('maySeeResults', () => {
  it.each(Object.entries(table) as [ShowResults, readonly string[]][])('%s', (showResults, seen) => {
    for (const [index, state] of states.entries()) {
      for (const viewer of ['organizer', 'voted', 'public'] as readonly Viewer[]) {
        const letter = viewer.charAt(0)
        const may = (isRevealed: boolean) => maySeeResults({ showResults, isRevealed, isPrivate: false }, state, viewer)
        expect(may(true), `${state}, ${viewer}`).toBe(seen[index]?.includes(letter))
        expect(may(false), `${state}, ${viewer}, too few voters`).toBe(viewer === 'organizer')
      }
    }
  })
})

it('a poll that asks for voters is revealed in the epoch in which they came', () => {
  const isRevealed = (minVoters: number | null, revealedEpoch: number | null, epoch: number) =>
    visibilityOf({ showResults: 'always', minVoters, revealedEpoch, epoch, isPrivate: false }).isRevealed
  expect(isRevealed(null, null, 1)).toBe(true)
  expect(isRevealed(2, null, 1)).toBe(false)
  expect(isRevealed(2, 1, 1)).toBe(true)
  expect(isRevealed(2, 1, 2)).toBe(false)
})

it('who has taken their vote back has not voted', () => {
  expect([viewerOf(null), viewerOf({ choices: null }), viewerOf({ choices: [1] })]).toEqual([
    ...['public', 'public', 'voted'],
  ])
})
