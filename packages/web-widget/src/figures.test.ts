import { describe, expect, test } from 'vitest'
import { figuresOf } from './figures.ts'
import { resultsWith } from './poll.fixture.ts'

describe('figures', () => {
  test('shares are of voters, so with several choices a ballot they may exceed 1 together', () => {
    expect(figuresOf(resultsWith([3, 2], 4)).map(({ share }) => share)).toEqual([0.75, 0.5])
  })

  test('without voters there is no share and no leader', () => {
    const none = { votes: 0, share: 0, isLeading: false }
    expect(figuresOf(resultsWith([0, 0], 0))).toEqual([none, none])
  })

  test('everyone of a tie leads', () => {
    expect(figuresOf(resultsWith([2, 1, 2], 5)).map(({ isLeading }) => isLeading)).toEqual([true, false, true])
  })
})
