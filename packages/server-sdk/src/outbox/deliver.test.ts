import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventSink } from '../ports/event-sink.ts'
import type { Outbox, OutboxRow } from '../ports/outbox.ts'
import { deliverLane } from './deliver.ts'

const now = Date.parse('2036-12-01T12:00:00Z')
beforeEach(() => void vi.useFakeTimers({ now, toFake: ['Date'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const day = 24 * 60 * 60 * 1000

/** @param age milliseconds since it was written */
function rowOf(age: number, seq = 0, happenings = ['{"type":"poll.opened"}']): OutboxRow {
  return { pollId: 'p', box: 0, epoch: 1, seq, at: new Date(now - age), happenings }
}

/** One delivery to a sink that refuses. @param failures that came before it */
async function refuse(failures: number, rows: readonly OutboxRow[] = [rowOf(0)], options: Partial<EventSink> = {}) {
  const outbox = {
    read: async () => rows,
    ...{ remove: vi.fn(), release: vi.fn(), postpone: vi.fn(), bury: vi.fn(async () => {}) },
  }
  const deliver = async () => {
    throw new Error('The receiver answered 500.')
  }
  const sink = { name: 'crm', giveUpAfter: day, ...options, deliver } as EventSink
  const lane = { pollId: 'p', box: 0, failures }
  const delivery = await deliverLane(outbox as unknown as Outbox, sink, lane, 'this node', () => false)
  return { ...outbox, lane, delivery, pause: outbox.postpone.mock.calls[0]?.[3] as number | undefined }
}

describe('the pause after a delivery that has failed', () => {
  it('doubles from half a second on, up to the longest', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const pauses = async (options: Partial<EventSink>, ...failures: readonly number[]) =>
      (await Promise.all(failures.map((count) => refuse(count, undefined, options)))).map(({ pause }) => pause)
    expect(await pauses({}, 0, 1, 2, 3, 4, 5, 6)).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000])
    const longestPause = 10 * 60_000
    expect(await pauses({ longestPause }, 10, 11, 10_000)).toEqual([512_000, longestPause, longestPause])
    expect(await pauses({ longestPause: 20 }, 0)).toEqual([20])
  })

  it('is at random between half of that and all of it: lanes that fail together come back apart', async () => {
    const random = vi.spyOn(Math, 'random')
    for (const [drawn, pause] of [
      [0, 2000],
      [0.5, 3000],
      [0.999, 3998],
    ] as const) {
      random.mockReturnValue(drawn)
      expect((await refuse(3)).pause).toBe(pause)
    }
    random.mockRestore()
    const pauses = await Promise.all(Array.from({ length: 20 }, async () => (await refuse(3)).pause))
    expect(new Set(pauses).size).toBeGreaterThan(1)
  })

  it('is of the lane, by the claim on it; nothing of it is removed', async () => {
    const { postpone, remove, release, bury, lane, delivery } = await refuse(0)
    expect(postpone).toHaveBeenCalledExactlyOnceWith('crm', lane, 'this node', expect.any(Number))
    for (const call of [remove, release, bury]) expect(call).not.toHaveBeenCalled()
    expect(delivery).toEqual({ delivered: 0, dead: 0, error: new Error('The receiver answered 500.') })
  })
})

describe('an event that is not taken', () => {
  it('is given up a day after it was written, and not a millisecond before', async () => {
    const young = await refuse(1000, [rowOf(day - 1)])
    expect(young.bury).not.toHaveBeenCalled()
    expect(young.delivery.dead).toBe(0)
    const rows = [rowOf(day)]
    const old = await refuse(1000, rows)
    expect(old.bury).toHaveBeenCalledExactlyOnceWith('crm', rows, 'The receiver answered 500.')
    expect(old.delivery).toEqual({ delivered: 0, dead: 1, error: expect.any(Error) })
  })

  it('has five attempts, however old it is: a host that was off has made none', async () => {
    for (const failures of [0, 3]) expect((await refuse(failures, [rowOf(9 * day)])).bury).not.toHaveBeenCalled()
    expect((await refuse(4, [rowOf(9 * day)])).bury).toHaveBeenCalledOnce()
  })

  it('is given up with what is as old, and leaves younger ones to attempts of their own', async () => {
    const two = ['{"type":"vote.erased"}', '{"type":"vote.erased"}']
    const [first, second, third] = [rowOf(2 * day, 1), rowOf(day, 2, two), rowOf(day / 2, 3)] as const
    const { bury, release, postpone, lane, delivery } = await refuse(50, [first, second, third])
    expect(bury).toHaveBeenCalledExactlyOnceWith('crm', [first, second], expect.any(String))
    expect(delivery.dead, 'events, of which a row may have several').toBe(3)
    expect(release, 'at once').toHaveBeenCalledExactlyOnceWith('crm', lane, 'this node')
    expect(postpone).not.toHaveBeenCalled()
  })

  it('is never given up by a sink that says nothing of it', async () => {
    const { bury, postpone } = await refuse(10_000, [rowOf(365 * day)], { giveUpAfter: undefined })
    expect(bury).not.toHaveBeenCalled()
    expect(postpone).toHaveBeenCalledOnce()
  })
})
