import { describe, expect, test } from 'vitest'
import { nextTick, writeLeft } from './countdown.ts'

describe('a countdown', () => {
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

  test.each([
    [1, '0:01'],
    [1000, '0:01'],
    [59_001, '1:00'],
    [125_000, '2:05'],
    [3_600_000, '60:00'],
  ])('%i ms are left: %s', (left, written) => {
    expect(writeLeft(left, 'en')).toBe(written)
  })

  test('is written in the language of the page', () => {
    expect(writeLeft(125_000, 'ar-EG')).toBe('٢:٠٥')
  })
})
