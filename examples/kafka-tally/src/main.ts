/** Counts the polls of a topic, from its first event on. See the README. */
import type { PollEvent } from '@live-poll/server-sdk'
import { Kafka, logLevel } from 'kafkajs'
import { createEventCounter } from './event-counter.ts'

const { KAFKA_BROKERS = 'localhost:9092', KAFKA_TOPIC = 'polls' } = process.env
const kafka = new Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.WARN })
const consumer = kafka.consumer({ groupId: `kafka-tally-${process.pid}` })
const counter = createEventCounter()
const changed = new Set<string>()

await consumer.connect()
await consumer.subscribe({ topic: KAFKA_TOPIC, fromBeginning: true })
await consumer.run({
  async eachMessage({ message }) {
    const event = JSON.parse(String(message.value)) as PollEvent
    counter.take(event)
    changed.add(event.pollId)
  },
})
console.log(`Counting the polls of ${KAFKA_TOPIC} at ${KAFKA_BROKERS}.`)

setInterval(() => {
  for (const pollId of changed) {
    const counted = counter.read(pollId)
    const votes = [...(counted?.votes ?? [])].sort(([a], [b]) => a - b).map(([id, votes]) => `${id}: ${votes}`)
    console.log(`${pollId}  ${counted ? `${counted.voters} voters  ${votes.join('  ')}` : 'deleted'}`)
  }
  changed.clear()
}, 1000)
process.once('SIGINT', () => void consumer.disconnect().then(() => process.exit()))
