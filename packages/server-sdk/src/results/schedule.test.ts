import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { startSchedule } from './schedule.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('asks at once, and every second for what turned since it last asked, by the database clock', async () => {
  const asked: (Date | undefined)[] = []
  let now = 5_000_000
  const polls = {
    async turnedSince(since: Date | undefined) {
      asked.push(since)
      now += 1000
      return { pollIds: asked.length === 2 ? ['p', 'q'] : [], now: new Date(now) }
    },
  }
  const turned: string[] = []
  const stop = await startSchedule(polls, (pollId) => turned.push(pollId), createRecordingLogger())
  expect(asked, 'at once').toHaveLength(1)
  await vi.advanceTimersByTimeAsync(2000)
  stop()
  await vi.advanceTimersByTimeAsync(3000)
  expect(asked).toEqual([undefined, new Date(5_001_000), new Date(5_002_000)])
  expect(turned).toEqual(['p', 'q'])
})

it('asks again for the same time after a failure, and one question at a time', async () => {
  const asked: (Date | undefined)[] = []
  const answers = [
    async () => ({ pollIds: [], now: new Date(1) }),
    () => Promise.reject(new Error('down')),
    () => new Promise<never>(() => {}),
  ]
  const polls = {
    turnedSince(since: Date | undefined) {
      asked.push(since)
      return answers[asked.length - 1]?.() ?? Promise.reject(new Error('asked too often'))
    },
  }
  const logger = createRecordingLogger()
  const stop = await startSchedule(polls, () => {}, logger)
  await vi.advanceTimersByTimeAsync(10_000)
  stop()
  expect(asked).toEqual([undefined, new Date(1), new Date(1)])
  expect(logger.warnings).toHaveLength(1)
})
