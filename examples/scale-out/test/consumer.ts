import type { PollEvent } from '@live-poll/server-sdk'
import type { Kafka } from 'kafkajs'
import { createEventCounter } from '../../kafka-tally/src/event-counter.ts'
import { topic } from './start-all.ts'

/** Who counts a topic by nothing but its events. */
export async function startConsumer(kafka: Kafka) {
  const received: PollEvent[] = []
  const counter = createEventCounter()
  const consumer = kafka.consumer({ groupId: 'tally', sessionTimeout: 10_000, retry: { retries: 1000 } })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    async eachMessage({ message }) {
      const event = JSON.parse(String(message.value)) as PollEvent
      received.push(event)
      counter.take(event)
    },
  })
  return { received, read: counter.read, stop: () => consumer.disconnect() }
}
