import { PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { readMetrics } from '../../../test/read-metrics.ts'
import { counters, gauges, histograms } from '../../ports/metrics.ts'
import { createMemoryMetrics } from './metrics.ts'

const read = (metrics: ReturnType<typeof createMemoryMetrics>) => readMetrics(metrics.text())

describe('the text', () => {
  it('has everything from the start, at 0, and says of each what it is for', () => {
    const { families } = read(createMemoryMetrics())
    const names = [counters, gauges, histograms].flatMap((kinds) => Object.keys(kinds))
    expect(families.map(({ name }) => name)).toEqual(names)
    for (const { name, help, samples } of families) {
      expect(name).toMatch(/^live_poll_[a-z_]+$/)
      expect(help).toMatch(/^[A-Z].+\.$/)
      for (const { value } of samples) expect(value).toBe(0)
    }
    const refused = families.find(({ name }) => name === 'live_poll_votes_refused_total')
    expect(refused?.samples.map(({ labels }) => labels)).toContainEqual({ code: 'POLL_CLOSED' })
  })
})

describe('a counter', () => {
  it('counts by one or by more, each name on its own', () => {
    const metrics = createMemoryMetrics()
    metrics.count('live_poll_recounts_total')
    metrics.count('live_poll_recounts_total', 41)
    metrics.count('live_poll_voided_votes_total', 0)
    const { value } = read(metrics)
    expect(value('live_poll_recounts_total')).toBe(42)
    expect(value('live_poll_recounts_repaired_total')).toBe(0)
    expect(value('live_poll_voided_votes_total')).toBe(0)
  })

  it('counts apart by a label', () => {
    const metrics = createMemoryMetrics()
    metrics.countBy('live_poll_votes_refused_total', 'BUSY')
    metrics.countBy('live_poll_votes_refused_total', 'BUSY')
    metrics.countBy('live_poll_votes_refused_total', 'POLL_CLOSED')
    const { value } = read(metrics)
    expect(value('live_poll_votes_refused_total', { code: 'BUSY' })).toBe(2)
    expect(value('live_poll_votes_refused_total', { code: 'POLL_CLOSED' })).toBe(1)
    expect(value('live_poll_votes_refused_total', { code: 'INVALID' })).toBe(0)
  })

  it('counts for itself alone', () => {
    const [one, other] = [createMemoryMetrics(), createMemoryMetrics()]
    one.count('live_poll_new_devices_total')
    expect(read(one).value('live_poll_new_devices_total')).toBe(1)
    expect(read(other).value('live_poll_new_devices_total')).toBe(0)
  })
})

describe('a gauge', () => {
  it('is read when somebody asks', () => {
    const metrics = createMemoryMetrics()
    let waiting = 3
    metrics.gauge('live_poll_queued_votes', () => waiting)
    expect(read(metrics).value('live_poll_queued_votes')).toBe(3)
    waiting = 0.5
    expect(read(metrics).value('live_poll_queued_votes')).toBe(0.5)
  })
})

describe('a histogram', () => {
  it('counts a value into the bucket whose bound it does not exceed, and into all above it', () => {
    const metrics = createMemoryMetrics()
    for (const votes of [1, 2, 2, 7, 5000, 5001]) metrics.record('live_poll_batch_votes', votes)
    const { value } = read(metrics)
    const upTo = (le: string) => value('live_poll_batch_votes_bucket', { le })
    expect(['1', '2', '5', '10', '2000', '5000', '+Inf'].map(upTo)).toEqual([1, 3, 3, 4, 4, 5, 6])
    expect(value('live_poll_batch_votes_count')).toBe(6)
    expect(value('live_poll_batch_votes_sum')).toBe(1 + 2 + 2 + 7 + 5000 + 5001)
  })

  it('leaves nothing to collect, nor do counters', async () => {
    const metrics = createMemoryMetrics()
    const collections: number[] = []
    const observer = new PerformanceObserver((list) => {
      collections.push(...list.getEntries().map(({ startTime }) => startTime))
    })
    observer.observe({ entryTypes: ['gc'] })
    const times = 3_000_000
    const work = () => {
      for (let time = 0; time < times; time++) {
        metrics.record('live_poll_ack_seconds', time / times)
        metrics.count('live_poll_votes_accepted_total')
        metrics.countBy('live_poll_votes_refused_total', 'BUSY')
      }
    }
    work() // until it is compiled
    const began = performance.now()
    work()
    const ended = performance.now()
    await sleep(0) // collections are told of later
    observer.disconnect()
    console.log(`${(((ended - began) * 1e6) / times / 3).toFixed(0)} ns a recording`)
    // One number on the heap a recording would be 100 MB, and a collection for every 16 MB of them at the latest.
    expect(collections.filter((time) => time >= began && time < ended).length).toBeLessThan(3)
  })
})
