import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRetries } from './backoff.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const waits = (retries: { next(): number }, count: number) => Array.from({ length: count }, () => retries.next())

it('doubles its bound from half a second up to 30 s', () => {
  vi.spyOn(Math, 'random').mockReturnValue(1)
  expect(waits(createRetries(), 8)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
})

it('waits anything from nothing to the bound', () => {
  vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(0.25)
  expect(waits(createRetries(), 2)).toEqual([0, 250])
})

it('waits 1.5 s at most for a minute after a line was up, and goes on from there', () => {
  vi.spyOn(Math, 'random').mockReturnValue(1)
  const retries = createRetries()
  retries.hurry()
  expect(waits(retries, 5)).toEqual([500, 1000, 1500, 1500, 1500])
  vi.advanceTimersByTime(60_000)
  expect(waits(retries, 5)).toEqual([3000, 6000, 12_000, 24_000, 30_000])
})
