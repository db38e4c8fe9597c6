import type { EventSink } from '../ports/event-sink.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Outbox } from '../ports/outbox.ts'
import { startSender } from './start-sender.ts'

/**
 * Has events kept from now on, and delivers them to each sink by itself: one that is slow holds up no other.
 * @returns stop
 */
export function openSinks(
  sinks: readonly EventSink[],
  outbox: Outbox,
  metrics: Metrics,
  logger: Logger,
): () => Promise<void> {
  outbox.keepFor(sinks.map(({ name }) => name))
  const senders = sinks.map((sink) => startSender(outbox, sink, metrics, logger))
  metrics.gauge('live_poll_outbox_lag_seconds', () => Math.max(0, ...senders.map((sender) => sender.lag())) / 1000)
  return async () => {
    await Promise.all(senders.map((sender) => sender.stop()))
  }
}
