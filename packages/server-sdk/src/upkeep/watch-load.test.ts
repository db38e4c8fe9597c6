import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readMetrics } from '../../test/read-metrics.ts'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { createMemoryMetrics } from '../adapters/memory/metrics.ts'
import { watchLoad } from './watch-load.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function createSetup() {
  let now = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  const metrics = createMemoryMetrics()
  const logger = createRecordingLogger()
  const load = watchLoad({ connections: 100, watches: 200, votes: 400 }, metrics, logger)
  /** Lets time go by in which each task takes so long. */
  function live(lag: number, seconds = 2) {
    for (const end = now + seconds * 1000; now < end; ) {
      now += 20 + lag
      vi.advanceTimersByTime(20)
    }
  }
  const turnedAway = () =>
    (['connection', 'stream', 'watch', 'vote'] as const).filter((kind) => load.turnsAway(kind) > 0)
  const read = () => readMetrics(metrics.text())
  return { load, live, turnedAway, logger, read }
}

it('lets everything in while the event loop keeps up', () => {
  const { live, turnedAway, logger, read } = createSetup()
  live(0)
  live(90)
  expect(turnedAway()).toEqual([])
  expect(logger.warnings).toEqual([])
  expect(read().value('live_poll_shedding')).toBe(0)
})

it('turns away connections first, then questions, and votes last', () => {
  const { live, turnedAway, read } = createSetup()
  live(150)
  expect(turnedAway()).toEqual(['connection', 'stream'])
  expect(read().value('live_poll_shedding')).toBe(1)
  live(300)
  expect(turnedAway()).toEqual(['connection', 'stream', 'watch'])
  live(500)
  expect(turnedAway()).toEqual(['connection', 'stream', 'watch', 'vote'])
  const { value } = read()
  expect(value('live_poll_shedding')).toBe(3)
  expect(value('live_poll_shed_total', { kind: 'connection' })).toBe(3)
  expect(value('live_poll_shed_total', { kind: 'vote' })).toBe(1)
})

it('lets them in again, in the other order, once the lag is half of what turned them away', () => {
  const { live, turnedAway } = createSetup()
  live(500)
  live(210)
  expect(turnedAway(), 'more than half of 400').toContain('vote')
  live(150)
  expect(turnedAway()).toEqual(['connection', 'stream', 'watch'])
  live(90)
  expect(turnedAway()).toEqual(['connection', 'stream'])
  live(0)
  expect(turnedAway()).toEqual([])
})

it('makes nothing of one task that takes long', () => {
  const { live, turnedAway, read } = createSetup()
  for (let time = 0; time < 30; time++) {
    live(0, 1 + time / 100)
    live(900, 0.5)
    expect(turnedAway()).toEqual([])
  }
  expect(read().value('live_poll_event_loop_lag_seconds_bucket', { le: '0.5' })).toBeLessThan(
    read().value('live_poll_event_loop_lag_seconds_bucket', { le: '1' }),
  )
})

it('says when to come again, not the same to all', () => {
  const { load, live } = createSetup()
  live(500)
  const times = Array.from({ length: 100 }, () => load.turnsAway('vote'))
  expect(Math.min(...times)).toBeGreaterThanOrEqual(2000)
  expect(Math.max(...times)).toBeLessThanOrEqual(4000)
  expect(new Set(times).size).toBeGreaterThan(20)
})

describe('the log', () => {
  it('says each step once, however much is turned away, and once that it is over', () => {
    const { load, live, logger } = createSetup()
    live(150)
    for (let time = 0; time < 1000; time++) load.turnsAway('connection')
    expect(logger.warnings).toHaveLength(1)
    expect(String(logger.warnings[0])).toContain('New connections are turned away')
    for (let time = 0; time < 10; time++) {
      live(0)
      live(150)
    }
    expect(logger.warnings, 'it comes and goes').toHaveLength(1)
    live(300)
    expect(logger.warnings).toHaveLength(2)
    live(500)
    expect(logger.warnings).toHaveLength(3)
    live(0, 50)
    expect(logger.warnings).toHaveLength(3)
    live(0, 20)
    expect(logger.warnings).toHaveLength(4)
    expect(String(logger.warnings[3])).toContain('kept up')
    live(150)
    expect(logger.warnings).toHaveLength(5)
  })
})

it('looks no more once it is stopped', () => {
  const { load, live, turnedAway } = createSetup()
  load.stop()
  live(500)
  expect(turnedAway()).toEqual([])
})
