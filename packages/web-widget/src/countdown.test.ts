import { describe, expect, test } from 'vitest'
import { leftOf, nextTick } from './countdown.ts'
import { pollWith } from './poll.fixture.ts'

describe('a countdown', () => {
  const now = Date.parse('2026-05-08T12:00:00.000Z')
  const opensAt = '2026-05-08T12:00:10.000Z'
  const closesAt = '2026-05-08T12:00:30.000Z'

  test.each([
    ['scheduled', 10_000],
    ['open', 30_000],
    ['closed', null],
  ] as const)('of a poll that is %s: %i', (state, left) => {
    expect(leftOf(pollWith({ state, opensAt, closesAt }), now)).toBe(left)
  })

  test('of a poll without times: none', () => {
    expect(leftOf(pollWith({ state: 'scheduled' }), now)).toBeNull()
    expect(leftOf(pollWith({}), now)).toBeNull()
  })

  test.each([
    [10_000_000, 60_000],
    [3_610_000, 10_000],
    [3_600_000, 1000],
    [1500, 500],
    [1000, 1000],
    [1, 1],
    [0, null],
    [-1, null],
  ])('with %i ms left its words change in %i ms', (left, wait) => {
    expect(nextTick(left)).toBe(wait)
  })
})
