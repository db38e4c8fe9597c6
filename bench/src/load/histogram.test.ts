import { expect, it } from 'vitest'
import { createHistogram } from './histogram.ts'

it('finds percentiles within 3.2 % of a sort, whatever the size', () => {
  for (const scale of [0.01, 1, 37, 900]) {
    const histogram = createHistogram()
    const values = Array.from({ length: 5000 }, (_, index) => scale * (1 + ((index * 7919) % 5000) / 500))
    for (const value of values) histogram.record(value)
    values.sort((a, b) => a - b)
    for (const fraction of [0.01, 0.5, 0.9, 0.99, 1]) {
      const exact = values[Math.ceil(values.length * fraction) - 1] as number
      expect(histogram.percentile(fraction)).toBeGreaterThanOrEqual(exact - 0.001)
      expect(histogram.percentile(fraction)).toBeLessThanOrEqual(exact * 1.032 + 0.001)
    }
    expect(histogram.count).toBe(5000)
  }
})

it('tells the longest, forgets on demand, and knows nothing of nothing', () => {
  const histogram = createHistogram()
  histogram.record(3)
  histogram.record(120_000)
  expect(histogram.max()).toBe(120_000)
  histogram.clear()
  expect([histogram.count, histogram.max(), histogram.percentile(0.5)]).toEqual([0, 0, Number.NaN])
})
