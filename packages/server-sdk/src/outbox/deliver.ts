import { toEventTexts, toPollEvents } from '../domain/poll-event.ts'
import type { EventSink } from '../ports/event-sink.ts'
import { reach } from '../ports/failpoints.ts'
import type { ClaimedLane, Outbox, OutboxRow } from '../ports/outbox.ts'

/** Rows of a box that are read and delivered at once: one has up to as many events as a batch has votes. */
const mostRows = 32

/** Milliseconds. */
const firstPause = 500
const defaultLongestPause = 10_000

/** Attempts without which nothing is given up: a host that was off for days has tried nothing meanwhile. */
const leastAttempts = 5

/** How the delivery of a lane has ended. */
export interface Delivery {
  readonly delivered: number
  /** Events that were given up. */
  readonly dead: number
  /** Why it could not go on; undefined: the lane is empty, or was. */
  readonly error?: unknown
}

/**
 * Delivers what is in a lane that this node has claimed, and releases it. What was delivered is removed at once: killed in
 * between, the same events are delivered again, under the same ids.
 *
 * @param isOver whether to leave the rest: the node stops, or the claim has run out
 */
export async function deliverLane(
  outbox: Outbox,
  sink: EventSink,
  lane: ClaimedLane,
  claimant: string,
  isOver: () => boolean,
): Promise<Delivery> {
  FAILPOINT: reach('afterClaim')
  let delivered = 0
  while (!isOver()) {
    const rows = await outbox.read(sink.name, lane, mostRows)
    if (rows.length === 0) break
    FAILPOINT: reach('beforeDeliver')
    try {
      await ('deliverTexts' in sink
        ? sink.deliverTexts(rows.flatMap(toEventTexts))
        : sink.deliver(rows.flatMap(toPollEvents)))
    } catch (error) {
      const dead = await giveUp(outbox, sink, lane, rows, error)
      // Behind what was given up there may be younger ones, which have attempts of their own.
      if (dead > 0) await outbox.release(sink.name, lane, claimant)
      else await outbox.postpone(sink.name, lane, claimant, pauseAfter(lane.failures, sink))
      return { delivered, dead, error: error ?? new Error('The sink gives no reason.') }
    }
    FAILPOINT: reach('afterDeliver')
    await outbox.remove(sink.name, rows)
    FAILPOINT: reach('afterRemove')
    delivered += countEvents(rows)
    if (rows.length < mostRows) break // what has come meanwhile is found by the next look
  }
  await outbox.release(sink.name, lane, claimant)
  return { delivered, dead: 0 }
}

/** Puts aside what is too old. @returns how many events */
async function giveUp(
  outbox: Outbox,
  { name, giveUpAfter }: EventSink,
  { failures }: ClaimedLane,
  rows: readonly OutboxRow[],
  error: unknown,
): Promise<number> {
  if (giveUpAfter === undefined || failures + 1 < leastAttempts) return 0
  const young = rows.findIndex(({ at }) => Date.now() - at.getTime() < giveUpAfter)
  const old = young < 0 ? rows : rows.slice(0, young)
  if (old.length > 0) await outbox.bury(name, old, error instanceof Error ? error.message : String(error))
  return countEvents(old)
}

function countEvents(rows: readonly OutboxRow[]): number {
  return rows.reduce((sum, { happenings }) => sum + happenings.length, 0)
}

/** Twice as long each time, at random from half of that on: lanes that fail together do not come again together. */
function pauseAfter(failures: number, { longestPause = defaultLongestPause }: EventSink): number {
  const pause = Math.min(longestPause, firstPause * 2 ** Math.min(failures, 20))
  return Math.round(pause * (0.5 + Math.random() / 2))
}
