import { expect, it } from 'vitest'
import { readMetrics } from '../../test/read-metrics.ts'
import { createSetup, turn } from './group-commit.fixture.ts'

it('measures batches and waits, and says what waits and what runs now', async () => {
  const { cast, only, metrics } = createSetup(1, { batch: 3 })
  const read = () => readMetrics(metrics.text()).value
  const answers = cast('a/0', 'a/0', 'b/0', 'c/0')
  expect(read()('live_poll_queued_votes')).toBe(4)
  expect(read()('live_poll_batches_in_flight')).toBe(0)
  await turn()
  expect(read()('live_poll_batches_in_flight')).toBe(1)
  expect(read()('live_poll_queue_wait_seconds_count'), 'of the votes whose batch has begun').toBe(3)
  expect(read()('live_poll_batch_seconds_count')).toBe(0)
  await only().commit()
  expect(read()('live_poll_queued_votes')).toBe(1)
  await only().commit()
  await Promise.all(answers)

  const value = read()
  expect(value('live_poll_queued_votes')).toBe(0)
  expect(value('live_poll_batches_in_flight')).toBe(0)
  expect(value('live_poll_queue_wait_seconds_count')).toBe(4)
  expect(value('live_poll_queue_wait_seconds_sum')).toBeGreaterThan(0)
  expect(value('live_poll_queue_wait_seconds_sum'), 'seconds, not milliseconds').toBeLessThan(4)
  expect(value('live_poll_batch_seconds_count')).toBe(2)
  expect(value('live_poll_batch_votes_count')).toBe(2)
  expect(value('live_poll_batch_votes_sum')).toBe(4)
  expect(value('live_poll_batch_votes_bucket', { le: '1' })).toBe(1)
})

it('counts the votes of a batch that failed as unknown', async () => {
  const { cast, only, metrics } = createSetup(1)
  const answers = cast('a/0', 'a/0')
  await turn()
  await only().fail()
  await Promise.all(answers)
  const { value } = readMetrics(metrics.text())
  expect(value('live_poll_votes_unknown_total')).toBe(2)
  expect(value('live_poll_queued_votes')).toBe(0)
})
