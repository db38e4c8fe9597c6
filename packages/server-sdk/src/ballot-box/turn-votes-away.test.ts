import { expect, it } from 'vitest'
import { readMetrics } from '../../test/read-metrics.ts'
import { createMemoryMetrics } from '../adapters/memory/metrics.ts'
import { turnVotesAway } from './turn-votes-away.ts'

function createSetup(lag: number, queue: number) {
  const metrics = createMemoryMetrics()
  const load = turnVotesAway({ turnsAway: () => lag }, { busyFor: () => queue }, metrics)
  const refused = () => readMetrics(metrics.text()).value('live_poll_votes_refused_total', { code: 'BUSY' })
  return { load, refused }
}

it('turns votes away while the queue is full, and counts them', () => {
  const { load, refused } = createSetup(0, 700)
  expect(load.turnsAway('vote')).toBe(700)
  expect(refused()).toBe(1)
})

it('lets everything else in, whatever the queue', () => {
  const { load, refused } = createSetup(0, 700)
  expect(['connection', 'stream', 'watch'].map((what) => load.turnsAway(what as 'watch'))).toEqual([0, 0, 0])
  expect(refused()).toBe(0)
})

it('lets votes in while there is room, and a node that lags turns them away first', () => {
  expect(createSetup(0, 0).load.turnsAway('vote')).toBe(0)
  const { load, refused } = createSetup(300, 700)
  expect(load.turnsAway('vote')).toBe(300)
  expect(refused()).toBe(0)
})
