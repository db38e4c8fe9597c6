import { randomUUID } from 'node:crypto'
import type { EventSink } from '../ports/event-sink.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { ClaimedLane, Lane, Outbox, PendingLane } from '../ports/outbox.ts'
import { repeat } from '../upkeep/repeat.ts'
import { deliverLane } from './deliver.ts'

/** Milliseconds between looks for events, and after one that has found nothing. */
const pause = 100
const longPause = 1000

/** Lanes that are claimed at one look, and lanes that are delivered at once. */
const mostClaimed = 32
const mostAtOnce = 64

/** Milliseconds: of a claim, and between its renewals. A killed node's lanes wait for so long. */
const claimLife = 10_000
const renewal = 3000

/** Milliseconds for which deliveries that are on their way are waited for at the end. */
const patience = 5000

/** A lane whose events are on their way. */
interface BusyLane {
  /** By the clock of `performance`: from then on others may have it. */
  heldUntil: number
  ended: Promise<void>
}

export interface Sender {
  /** Milliseconds: the age of the oldest event as of the last look at all lanes. */
  lag(): number
  /** Begins no further delivery, and waits a little for those on their way. */
  stop(): Promise<void>
}

/**
 * Delivers the events of one sink. On every node: each lane has one of them at a time. Looks go round all lanes, so that none
 * waits for another's turn twice; a lane whose delivery hangs holds up nobody else.
 */
export function startSender(outbox: Outbox, sink: EventSink, metrics: Metrics, logger: Logger): Sender {
  const claimant = randomUUID()
  const busy = new Map<string, BusyLane>()
  const failing = new Set<string>()
  let after: Lane | undefined
  let oldest = 0
  let lag = 0
  let nextLook = 0
  let isStopped = false

  async function look() {
    if (performance.now() < nextLook || busy.size >= mostAtOnce) return
    const lanes = await outbox.pending(sink.name, sink.order ?? 'box', after, mostClaimed)
    noteRound(lanes)
    const free = lanes.filter((lane) => !busy.has(nameOf(lane)))
    nextLook = lanes.length > 0 ? 0 : performance.now() + longPause
    if (free.length === 0 || isStopped) return
    const heldUntil = performance.now() + claimLife
    for (const lane of await outbox.claim(sink.name, free, claimant, claimLife)) begin(lane, heldUntil)
  }

  function begin(lane: ClaimedLane, heldUntil: number) {
    const held: BusyLane = { heldUntil, ended: Promise.resolve() }
    busy.set(nameOf(lane), held)
    held.ended = deliver(lane, held).finally(() => busy.delete(nameOf(lane)))
  }

  /** A claim that has run out is another node's, perhaps: whatever comes after does not renew it. */
  async function renew() {
    const begun = performance.now()
    const held = [...busy.values()].filter(({ heldUntil }) => begun < heldUntil)
    if (held.length === 0) return
    await outbox.renew(sink.name, claimant, claimLife)
    for (const lane of held) lane.heldUntil = begun + claimLife
  }

  /** A round ends where no more lanes come: the oldest event of any is known then. */
  function noteRound(lanes: readonly PendingLane[]) {
    for (const { age } of lanes) oldest = Math.max(oldest, age)
    after = lanes.length < mostClaimed ? undefined : lanes.at(-1)
    if (after) return
    if (oldest === 0) failing.clear() // others have delivered them
    lag = oldest
    oldest = 0
  }

  async function deliver(lane: ClaimedLane, held: BusyLane): Promise<void> {
    const isOver = () => isStopped || performance.now() >= held.heldUntil
    try {
      const { delivered, dead, error } = await deliverLane(outbox, sink, lane, claimant, isOver)
      metrics.count('live_poll_events_delivered_total', delivered)
      metrics.count('live_poll_dead_letters_total', dead)
      if (dead > 0)
        logger.warn(`Sink ${sink.name}: ${dead} events were given up; they are among the dead letters.`, error)
      if (error !== undefined) metrics.count('live_poll_deliveries_failed_total')
      note(lane, error)
    } catch (error) {
      note(lane, error) // of the database: the claim ends by itself
    }
  }

  /** Says once that a sink does not take events, and once that it takes all of them again. */
  function note(lane: Lane, error: unknown) {
    const wasFailing = failing.size > 0
    if (error === undefined) failing.delete(nameOf(lane))
    else failing.add(nameOf(lane))
    if (isStopped || wasFailing === failing.size > 0) return
    if (wasFailing) logger.warn(`Sink ${sink.name}: events are delivered again.`)
    else logger.warn(`Sink ${sink.name}: events could not be delivered; trying again.`, error)
  }

  const stopLooking = repeat({ name: `Look at the outbox of ${sink.name}`, pause, jitter: pause / 10 }, look, logger)
  const renewing = setInterval(() => renew().catch(() => {}), renewal) // a claim that is not renewed runs out
  renewing.unref()

  return {
    lag: () => lag,
    async stop() {
      isStopped = true
      stopLooking()
      const timer = new Promise((resolve) => setTimeout(resolve, patience).unref())
      await Promise.race([Promise.all([...busy.values()].map(({ ended }) => ended)), timer])
      clearInterval(renewing)
    },
  }
}

const nameOf = ({ pollId, box }: Lane) => `${pollId}/${box}`
