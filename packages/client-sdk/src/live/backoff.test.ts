import fc from 'fast-check'
import { expect, it } from 'vitest'
import { backoff } from './backoff.ts'

it('doubles its bound from half a second up to 30 s', () => {
  const bounds = [0, 1, 2, 3, 4, 5, 6, 7, 1000].map((attempt) => backoff(attempt, () => 1))
  expect(bounds).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

it('waits anything from nothing to the bound, evenly', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, chance) => {
      expect(backoff(attempt, () => chance)).toBeCloseTo(chance * backoff(attempt, () => 1))
    }),
  )
})
