import { expect, it } from 'vitest'
import { counters } from '../../ports/metrics.ts'
import { createMemoryMetrics } from './metrics.ts'

it('counts by one or by more, each name on its own, from 0', () => {
  const metrics = createMemoryMetrics()
  const countOf = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(metrics.text())?.[1]
  for (const name of Object.keys(counters)) expect(countOf(name), name).toBe('0')
  metrics.count('live_poll_recounts_total')
  metrics.count('live_poll_recounts_total', 41)
  metrics.count('live_poll_voided_votes_total', 0)
  expect(countOf('live_poll_recounts_total')).toBe('42')
  expect(countOf('live_poll_recounts_repaired_total')).toBe('0')
  expect(countOf('live_poll_voided_votes_total')).toBe('0')
})

it('is written as Prometheus reads it: what it is for, that it only rises, and its value, a line each', () => {
  const lines = createMemoryMetrics().text().split('\n')
  expect(lines.pop(), 'the last line ends, too').toBe('')
  for (let at = 0; at < lines.length; at += 3) {
    const [help, type, value] = lines.slice(at, at + 3)
    const name = /^(live_poll_[a-z_]+_total) \d+$/.exec(value ?? '')?.[1]
    expect(help).toMatch(new RegExp(`^# HELP ${name} [A-Z].+\\.$`))
    expect(type).toBe(`# TYPE ${name} counter`)
  }
  expect(lines).toHaveLength(Object.keys(counters).length * 3)
})

it('counts for itself alone', () => {
  const [one, other] = [createMemoryMetrics(), createMemoryMetrics()]
  one.count('live_poll_new_devices_total')
  expect(one.text()).toContain('live_poll_new_devices_total 1')
  expect(other.text()).toContain('live_poll_new_devices_total 0')
})
