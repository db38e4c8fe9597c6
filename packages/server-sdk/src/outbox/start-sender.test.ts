import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { createMemoryMetrics } from '../adapters/memory/metrics.ts'
import type { Outbox } from '../ports/outbox.ts'
import { startSender } from './start-sender.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const lane = { pollId: 'p', box: 0, failures: 0, age: 1 }
const happenings = ['{"type":"poll.opened"}']
const rows = Array.from({ length: 32 }, (_, seq) => ({
  pollId: 'p',
  box: 0,
  epoch: 1,
  seq,
  at: new Date(),
  happenings,
}))

/** A sender of one lane that is never empty, and a sink that takes what it gets when it is told to. */
function start(renew: Outbox['renew']) {
  const outbox = {
    pending: async () => [lane],
    claim: vi
      .fn(async () => [lane])
      .mockResolvedValueOnce([lane])
      .mockResolvedValue([]),
    renew: vi.fn(renew),
    read: vi.fn(async () => rows),
    remove: vi.fn(async () => {}),
    release: vi.fn(async () => {}),
  }
  const take: (() => void)[] = []
  const sink = { name: 'a', deliver: () => new Promise<void>((resolve) => take.push(resolve)) }
  const sender = startSender(outbox as unknown as Outbox, sink, createMemoryMetrics(), createRecordingLogger())
  return { outbox, sender, take }
}

it('goes on with a lane whose claim it has renewed, however long a delivery takes', async () => {
  const { outbox, sender, take } = start(async () => {})
  await vi.advanceTimersByTimeAsync(30_000)
  take[0]?.()
  await vi.advanceTimersByTimeAsync(10)
  expect(outbox.remove).toHaveBeenCalledTimes(1)
  expect(outbox.read).toHaveBeenCalledTimes(2)
  take[1]?.()
  await sender.stop()
})

it('leaves a lane whose claim has run out: another node may have it', async () => {
  let isAway = true
  const { outbox, sender, take } = start(async () => {
    if (isAway) throw new Error('The database is away.')
  })
  await vi.advanceTimersByTimeAsync(11_000)
  isAway = false
  await vi.advanceTimersByTimeAsync(10_000) // what comes now renews nothing
  take[0]?.()
  await vi.advanceTimersByTimeAsync(10)
  expect(outbox.remove, 'of what was delivered').toHaveBeenCalledTimes(1)
  expect(outbox.read).toHaveBeenCalledTimes(1)
  expect(outbox.release).toHaveBeenCalledOnce()
  await sender.stop()
})
