import type { Load } from '../ports/load.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics, ShedKind } from '../ports/metrics.ts'
import { comeAgainAfter } from './come-again.ts'

/** From which lag of the event loop on something is turned away, in milliseconds. Each is at least the one before it. */
export interface Shedding {
  /** New connections and streams. @default 500 */
  readonly connections: number
  /** Questions: what somebody begins to watch, or reads over HTTP, and who wants to become a voter. @default 1000 */
  readonly watches: number
  /** Votes. @default 3000 */
  readonly votes: number
}

export const defaultShedding: Shedding = { connections: 500, watches: 1000, votes: 3000 }

export interface WatchedLoad extends Load {
  stop(): void
}

/** Milliseconds between two looks at the clock: what it is later than that is lag. */
const tick = 20

/** Milliseconds after which it is decided anew what is turned away. */
const round = 250

/** Milliseconds without anything turned away until the next time is news. */
const calm = 60_000

const steps = [
  { threshold: 'connections', kinds: ['connection', 'stream'], words: 'New connections are turned away' },
  { threshold: 'watches', kinds: ['watch'], words: 'New connections and questions are turned away' },
  { threshold: 'votes', kinds: ['vote'], words: 'New connections, questions and votes are turned away' },
] as const

/**
 * Looks how far the event loop is behind: what it is busy with makes everybody wait, so when it is too much, who is not
 * here yet waits outside, and who votes is the last to. Not by `monitorEventLoopDelay`, whose `reset` forgets the very
 * delay that is under way.
 */
export function watchLoad(
  shedding: Shedding,
  metrics: Pick<Metrics, 'countBy' | 'record' | 'gauge'>,
  logger: Pick<Logger, 'warn'>,
): WatchedLoad {
  /** Milliseconds that a task had to wait on average, in the last round and in the one before it. */
  let lag = 0
  let lagBefore = 0
  /** How many of the steps are taken. */
  let level = 0
  let toldLevel = 0
  let calmSince = 0
  let last = performance.now()
  let roundSince = last
  let delays = 0
  let ticks = 0
  let longest = 0
  metrics.gauge('live_poll_shedding', () => level)

  function look() {
    const now = performance.now()
    const delay = Math.max(0, now - last - tick)
    last = now
    ticks++
    delays += delay
    longest = Math.max(longest, delay)
    if (now - roundSince < round) return
    metrics.record('live_poll_event_loop_lag_seconds', longest / 1000)
    lagBefore = lag
    lag = delays / ticks
    decide(now)
    roundSince = now
    ticks = delays = longest = 0
  }

  function decide(now: number) {
    const wasLevel = level
    // Two rounds in a row, for one long task is no load; and until two in a row had half of it at most.
    const [least, most] = [Math.min(lag, lagBefore), Math.max(lag, lagBefore)]
    level = steps.filter(({ threshold }, step) =>
      step < wasLevel ? most > shedding[threshold] / 2 : least > shedding[threshold],
    ).length
    if (level > 0 || wasLevel > 0) calmSince = now
    if (level > toldLevel) {
      toldLevel = level
      const { words } = steps[level - 1] as (typeof steps)[number]
      logger.warn(`The event loop lags by ${Math.round(lag)} ms. ${words}, and come again later.`)
    } else if (toldLevel > 0 && now - calmSince > calm) {
      toldLevel = 0
      logger.warn('The event loop has kept up for a minute: nothing is turned away any more.')
    }
  }

  const timer = setInterval(look, tick)
  timer.unref()
  return {
    turnsAway(what: ShedKind) {
      if (level === 0) return 0
      const step = steps.findIndex(({ kinds }) => (kinds as readonly ShedKind[]).includes(what))
      if (step >= level) return 0
      metrics.countBy('live_poll_shed_total', what)
      return comeAgainAfter()
    },
    stop: () => clearInterval(timer),
  }
}
