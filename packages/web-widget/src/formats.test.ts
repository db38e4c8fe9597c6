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

  test('numbers follow the language', () => {
    expect(count(79_312)).toBe('79,312')
    expect(createFormats('de').count(79_312)).toBe('79.312')
    expect(createFormats('de').share(0.5)).toBe('50\u00a0%')
  })

  test('what is no language is written in the own', () => {
    expect(createFormats('not a language').count(1)).toBe((1).toLocaleString())
  })
})
