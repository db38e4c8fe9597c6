import type { EventText } from '../../domain/poll-event.ts'
import type { EventSink } from '../../ports/event-sink.ts'
import { inParts } from '../event-parts.ts'

export type { PollEvent } from '../../domain/poll-event.ts'
export type { EventSink } from '../../ports/event-sink.ts'

/** What is needed of a producer of kafkajs, connected. */
export interface KafkaProducer {
  send(record: {
    topic: string
    acks?: number
    messages: { key: string; value: string; headers: Record<string, string>; timestamp: string }[]
  }): Promise<unknown>
}

/** Which producer sends events to which topic. */
export interface KafkaOptions {
  /**
   * The host's, connected; it stays the host's. One with `idempotent: true` and `maxInFlightRequests: 1` repeats nothing
   * when it tries again by itself.
   */
  readonly producer: KafkaProducer
  readonly topic: string
  /** Tells this sink from other ones: events wait under it. @default `kafka:<topic>` */
  readonly name?: string
}

/** What is sent at once: brokers take batches of a megabyte, if not told otherwise. */
const most = { events: 5000, characters: 400_000 }

/**
 * Every event as a message: at least once, and in order for each box of a poll, which is the key. A consumer that keeps the
 * header `live-poll-event-id` of what it has done, or the (epoch, seq, index) of the last one of each key, does nothing twice.
 *
 * @throws Error for an option that cannot work
 * @example createLivePoll({ sinks: [kafka({ producer, topic: 'polls' })], database, secret })
 */
export function kafka({ producer, topic, name = `kafka:${topic}` }: KafkaOptions): EventSink {
  if (typeof producer?.send !== 'function') {
    throw new Error('kafka: producer: send a connected producer of kafkajs, as in kafka({ producer, topic }).')
  }
  if (typeof topic !== 'string' || topic === '') throw new Error('kafka: topic: send the name of one.')
  return {
    name,
    async deliverTexts(events) {
      for (const part of inParts(events, most)) {
        await producer.send({ topic, acks: -1, messages: toMessages(part) })
      }
    },
  }
}

/** Events of one commit come together, and what they have in common is made once. */
function toMessages(events: readonly EventText[]) {
  let of: EventText | undefined
  let [key, timestamp] = ['', '']
  return events.map((event) => {
    if (of?.at !== event.at) timestamp = String(Date.parse(event.at))
    if (of?.pollId !== event.pollId || of.box !== event.box) key = `${event.pollId}/${event.box}`
    of = event
    const headers = { 'live-poll-event-id': event.id, 'live-poll-event-type': event.type }
    return { key, value: event.json, headers, timestamp }
  })
}
