import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createServerClock } from './server-clock.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.setSystemTime('2026-05-05T12:00:00Z')
})
afterEach(() => void vi.useRealTimers())

const iso = (ms: number) => new Date(ms).toISOString()

it('is the device’s until the server has said its time, and is not led astray by what is no time', () => {
  const clock = createServerClock()
  clock.take(null, performance.now())
  clock.take('soon', performance.now())
  expect(clock.now()).toBe(Date.now())
  expect(clock.isSuspect()).toBe(false)
})

it('follows the reading with the shortest round trip, until that is old', () => {
  const clock = createServerClock()
  const readAfter = (trip: number, server: number) => {
    const askedAt = performance.now()
    vi.advanceTimersByTime(trip)
    clock.take(iso(server), askedAt)
    return clock.now()
  }
  expect(readAfter(100, 1_000_000)).toBe(1_000_050)
  expect(readAfter(400, 2_000_000)).toBe(1_000_450) // no better, so the clock just went on
  expect(readAfter(60, 3_000_000)).toBe(3_000_030)
  vi.advanceTimersByTime(3_600_000)
  expect(readAfter(400, 9_000_000)).toBe(9_000_200)
})
