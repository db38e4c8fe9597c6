import type { PollState } from '@live-poll/client-sdk/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Counted, isNewerSnapshot, orderOf } from './snapshot.ts'

const counted = fc
  .record({
    epoch: fc.integer({ min: 1, max: 2 }),
    version: fc.integer({ min: 1, max: 2 }),
    state: fc.constantFrom<PollState>('scheduled', 'open', 'closed'),
    isRevealed: fc.boolean(),
  })
  .map(
    ({ isRevealed, ...order }): Counted => ({
      results: { kind: 'choose', pollId: 'p', edition: 1, votes: [], voters: 0, ...order },
      visibility: { showResults: 'always', isPrivate: false, isRevealed },
    }),
  )

it('orders snapshots by numbers as it does one against the other', () => {
  fc.assert(
    fc.property(counted, counted, (next, current) => {
      const [ours, theirs] = [orderOf(next), orderOf(current)]
      const place = ours.findIndex((number, index) => number !== theirs[index])
      const isLarger = place >= 0 && Number(ours[place]) > Number(theirs[place])
      expect(isNewerSnapshot(next, current)).toBe(isLarger)
    }),
  )
})
