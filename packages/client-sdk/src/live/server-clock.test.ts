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
  clock.take(null)
  clock.take('soon')
  expect(clock.now()).toBe(Date.now())
})

it('follows the reading that was least late, whatever becomes of the device’s clock', () => {
  const clock = createServerClock()
  const readAfter = (wait: number, late: number) => {
    vi.advanceTimersByTime(wait)
    const server = 1_000_000 + performance.now()
    clock.take(iso(server - late))
    return clock.now() - server
  }
  expect(readAfter(100, 80)).toBe(-80)
  expect(readAfter(400, 200)).toBe(-80)
  expect(readAfter(60, 20)).toBe(-20)
  vi.setSystemTime('2027-01-01T00:00:00Z')
  expect(readAfter(3_600_000, 90)).toBe(-20)
})

it('is ahead again once it is told, after a sleep through which no clock of the page ran', () => {
  const clock = createServerClock()
  clock.take(iso(1_000_000))
  clock.take(iso(1_060_000))
  expect(clock.now()).toBe(1_060_000)
})
