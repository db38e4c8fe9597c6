import { TokenBucket } from '../domain/token-bucket.ts'
import type { Load } from '../ports/load.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import { comeAgainAfter } from '../upkeep/come-again.ts'
import { createNotice } from '../upkeep/notice.ts'

/**
 * Lets connections and streams in, so many a second on average and as many at once, as long as the node keeps up: a crowd
 * that comes back after a restart comes in one after the other, and those who are here already do not notice.
 *
 * @returns asks to come in; 0, or milliseconds until one may ask again
 */
export function createEntrance(
  perSecond: number,
  load: Load,
  metrics: Pick<Metrics, 'countBy'>,
  logger: Logger,
): (what: 'connection' | 'stream') => number {
  const bucket = new TokenBucket(perSecond, Math.max(perSecond, 1))
  const notice = createNotice((times) =>
    logger.warn(
      `More connections come than ${perSecond} a second (option channel.connectionsPerSecond): ${times} of them turned away, and come again later.`,
    ),
  )
  return (what) => {
    const wait = load.turnsAway(what)
    if (wait > 0 || bucket.take(performance.now()) === 0) return wait
    metrics.countBy('live_poll_shed_total', what)
    notice()
    return comeAgainAfter()
  }
}
