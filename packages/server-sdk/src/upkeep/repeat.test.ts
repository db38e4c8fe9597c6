import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { startForgettingRequests } from './forget-requests.ts'
import { repeat } from './repeat.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

const round = { name: 'A look', pause: 1000, jitter: 400 }

it('runs again and again, after pauses that differ and stay within their bounds', async () => {
  const runs: number[] = []
  const stop = repeat(round, async () => void runs.push(Date.now()), createRecordingLogger())
  await vi.advanceTimersByTimeAsync(100_000)
  const pauses = runs.map((at, index) => at - (runs[index - 1] ?? 0))
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1000)
  expect(Math.max(...pauses)).toBeLessThanOrEqual(1401)
  expect(new Set(pauses).size).toBeGreaterThan(10)
  stop()
  await vi.advanceTimersByTimeAsync(100_000)
  expect(runs).toHaveLength(pauses.length)
  expect(vi.getTimerCount()).toBe(0)
})

it('runs one at a time, and none after it was stopped meanwhile', async () => {
  let runs = 0
  let end = () => {}
  const work = () => {
    runs++
    return new Promise<void>((resolve) => {
      end = resolve
    })
  }
  const stop = repeat(round, work, createRecordingLogger())
  await vi.advanceTimersByTimeAsync(10_000)
  expect(runs).toBe(1)
  stop()
  end()
  await vi.advanceTimersByTimeAsync(10_000)
  expect([runs, vi.getTimerCount()]).toEqual([1, 0])
})

it('goes on after a failure; says that it fails once, and once that it works again', async () => {
  let isDown = true
  const logger = createRecordingLogger()
  repeat(
    round,
    async () => {
      if (isDown) throw new Error('down')
    },
    logger,
  )
  await vi.advanceTimersByTimeAsync(10_000)
  expect(logger.warnings).toEqual([['A look: failed; trying again.', new Error('down')]])
  isDown = false
  await vi.advanceTimersByTimeAsync(10_000)
  expect(logger.warnings.slice(1)).toEqual([['A look: works again.', undefined]])
})

it('sweeps keys page by page while there are full ones, every one to two minutes', async () => {
  const left = [500, 500, 20, 0]
  const asked: number[] = []
  const forgetRequests = async (most: number) => {
    asked.push(most)
    return left[asked.length - 1] ?? 0
  }
  const stop = startForgettingRequests({ forgetRequests }, createRecordingLogger())
  await vi.advanceTimersByTimeAsync(59_999)
  expect(asked).toEqual([])
  await vi.advanceTimersByTimeAsync(60_001)
  expect(asked).toEqual([500, 500, 500])
  await vi.advanceTimersByTimeAsync(120_000)
  stop()
  expect(asked.length).toBeGreaterThan(3)
})
