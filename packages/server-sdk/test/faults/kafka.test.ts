import { randomUUID } from 'node:crypto'
import type { PollEvent } from '@live-poll/server-sdk'
import { type KafkaProducer, kafka } from '@live-poll/server-sdk/kafka'
import type { Consumer, KafkaMessage, Producer } from 'kafkajs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEventCounter } from '../../../../examples/kafka-tally/src/event-counter.ts'
import { atLength } from '../at-length.ts'
import { findDisorder } from '../poll-events.ts'
import { describeOnKafka, startKafka, type TestKafka } from '../servers/kafka.ts'
import { sharedDatabasesByTurns } from '../servers/shared-database.ts'
import { type NodesOnShared, startTwoNodesOn } from '../servers/start-nodes.ts'

const perSecond = atLength('votes a second', 500, 5000)
const outage = atLength('ms for which Kafka is away', 5000, 30_000)
/** Milliseconds of votes before, and after. */
const around = 2000

const topic = 'polls'

for (const [name, describeHere, makeShared] of sharedDatabasesByTurns('Kafka')) {
  describeHere(`Kafka, beside ${name}`, () => {
    describeOnKafka('that two nodes send events to', () => {
      let brokers: TestKafka
      let producer: Producer
      let consumer: Consumer
      let nodes: NodesOnShared
      let last: KafkaMessage | undefined
      let read = 0
      const received: PollEvent[] = []
      const counter = createEventCounter()
      beforeAll(async () => {
        brokers = await startKafka()
        producer = brokers.kafka.producer({ allowAutoTopicCreation: true })
        await producer.connect()
        nodes = await startTwoNodesOn(makeShared, {
          sinks: [kafka({ producer: pacedBy(producer, () => read), topic })],
        })
        consumer = brokers.kafka.consumer({ groupId: 'tally', sessionTimeout: 10_000, retry: { retries: 1000 } })
        await consumer.connect()
        await consumer.subscribe({ topic, fromBeginning: true })
        await consumer.run({
          async eachMessage({ message }) {
            last = message
            read++
            const event = JSON.parse(String(message.value)) as PollEvent
            received.push(event)
            counter.take(event)
          },
        })
      })
      afterAll(async () => {
        await nodes?.stop()
        await consumer?.disconnect()
        await producer?.disconnect()
        await brokers?.stop()
      })

      /** Casts so many votes a second, each by a new voter, whatever is answered. @returns the milliseconds of each */
      async function vote(pollId: string, millis: number): Promise<readonly number[]> {
        const started = performance.now()
        const voting: Promise<number>[] = []
        for (let due = 0; due < (millis * perSecond) / 1000; ) {
          due = Math.floor(((performance.now() - started) * perSecond) / 1000)
          while (voting.length < due) voting.push(voteOnce(pollId, voting.length))
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
        return Promise.all(voting)
      }
      async function voteOnce(pollId: string, index: number): Promise<number> {
        const started = performance.now()
        const { api } = nodes[index % 2 ? 'a' : 'b']
        await api.castVote({ pollId, voter: randomUUID(), choices: [1 + (index % 3)] })
        return performance.now() - started
      }
      const eventsOf = (pollId: string) => received.filter((event) => event.pollId === pollId)

      it('gets every one after it was away, in order; votes notice nothing; what it holds is the tally', async () => {
        const { api } = nodes.a
        const { id } = await api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad', 'Pie'], boxes: 2 })
        const before = await vote(id, around)
        brokers.pause()
        const meanwhile = await vote(id, outage)
        brokers.resume()
        const after = await vote(id, around)
        await api.closePoll(id)
        const { votes, voters } = await api.getResults(id)
        expect(voters).toBe(before.length + meanwhile.length + after.length)

        const left = () => nodes.shared.db.selectFrom('live_poll_outbox').select('seq').limit(1).execute()
        await expect.poll(left, { timeout: 180_000 }).toEqual([])
        const types = () => eventsOf(id).map(({ type }) => type)
        await expect.poll(types, { timeout: 30_000 }).toContain('results.final')
        await expect.poll(() => counter.read(id)?.voters, { timeout: 60_000 }).toBe(voters)
        const events = eventsOf(id)
        expect([1, 2, 3].map((choice) => counter.read(id)?.votes.get(choice))).toEqual(votes)
        expect(counter.read(id)?.final).toMatchObject({ votes, voters })
        expect(findDisorder(events)).toEqual([])
        expect(events.find(({ box }) => box === 0)?.type).toBe('poll.created') // of box 1 a vote may come before it
        const distinct = new Set(events.map((event) => event.id)).size
        console.log(
          `${name}: ${voters} votes, ${distinct} events, ${events.length - distinct} of them again; ` +
            `p99 of votes ${p99(before)} ms before, ${p99(meanwhile)} ms while Kafka was away, ${p99(after)} ms after`,
        )
        expect(String(last?.key)).toMatch(/^p_[\w-]+\/\d$/)
        expect(String(last?.headers?.['live-poll-event-id'])).toBe((JSON.parse(String(last?.value)) as PollEvent).id)
        expect(nodes.logger.errors).toEqual([])
      })
    })
  })
}

/** Messages that the brokers hold for sure. */
const held = 5000

/** Sends no more before what was sent is read: these brokers drop what they have no room for, read or not. */
function pacedBy(producer: Producer, read: () => number): KafkaProducer {
  let sent = 0
  return {
    async send(record) {
      await producer.send(record)
      sent += record.messages.length
      await expect.poll(() => sent - read(), { timeout: 60_000, interval: 10 }).toBeLessThan(held)
    },
  }
}

function p99(millis: readonly number[]): string {
  return ([...millis].sort((a, b) => a - b)[Math.floor(millis.length * 0.99)] ?? 0).toFixed(0)
}
