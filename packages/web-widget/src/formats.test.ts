import { describe, expect, test } from 'vitest'
import { createFormats } from './formats.ts'

describe('formats', () => {
  const { share, count } = createFormats('en')

  test.each([
    [0, '0%'],
    [1 / 79_312, '<1%'],
    [0.004, '<1%'],
    [0.005, '1%'],
    [2 / 3, '67%'],
    [0.994, '99%'],
    [0.996, '>99%'],
    [1, '100%'],
  ])('the share %d is written %s', (value, written) => {
    expect(share(value)).toBe(written)
  })

  test('numbers and times follow the language', () => {
    expect(count(79_312)).toBe('79,312')
    expect(createFormats('de').count(79_312)).toBe('79.312')
    expect(createFormats('de').share(0.5)).toBe('50\u00a0%')
    expect(createFormats('de').time('2026-05-08T12:00:00.000Z')).toContain('08.05.2026')
  })

  test.each([
    [1, '0:01'],
    [1000, '0:01'],
    [59_001, '1:00'],
    [125_000, '2:05'],
    [3_600_000, '60:00'],
  ])('%i ms are left: %s', (duration, written) => {
    expect(createFormats('en').left(duration)).toBe(written)
  })

  test('what is no language is written in the own', () => {
    expect(createFormats('not a language').count(1)).toBe((1).toLocaleString())
  })
})
