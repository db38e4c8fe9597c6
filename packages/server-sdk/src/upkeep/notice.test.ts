import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createNotice } from './notice.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('says the first at once, what follows once a minute, and then nothing', () => {
  const said: number[] = []
  const notice = createNotice((times) => said.push(times))
  notice()
  expect(said).toEqual([1])
  for (let time = 0; time < 1000; time++) notice()
  vi.advanceTimersByTime(59_999)
  expect(said).toEqual([1])
  vi.advanceTimersByTime(1)
  expect(said).toEqual([1, 1000])
  notice()
  expect(said).toEqual([1, 1000])
  vi.advanceTimersByTime(60_000)
  expect(said).toEqual([1, 1000, 1])
  vi.advanceTimersByTime(600_000)
  expect(said).toEqual([1, 1000, 1])
  notice()
  expect(said, 'at once, after a minute of silence').toEqual([1, 1000, 1, 1])
})
