import { expect, it } from 'vitest'
import { createTopics } from './topics.ts'

function createSetup() {
  const sent: string[] = []
  let encoded = 0
  const topics = createTopics<string, string>(
    (frame) => {
      encoded++
      return frame.toUpperCase()
    },
    (socket, frame) => sent.push(`${socket}: ${frame}`),
  )
  return { topics, sent, encodings: () => encoded }
}

it('sends a frame to who is subscribed, once each, encoded once', () => {
  const { topics, sent, encodings } = createSetup()
  topics.add('a', 'one')
  topics.add('a', 'one')
  topics.add('a', 'two')
  topics.add('b', 'three')
  topics.publish('a', 'x')
  topics.publish('nothing', 'x')
  expect(sent).toEqual(['one: X', 'two: X'])
  expect(encodings()).toBe(1)
})

it('sends nothing to who has left one topic, or all', () => {
  const { topics, sent } = createSetup()
  for (const topic of ['a', 'b', 'c']) for (const socket of ['one', 'two']) topics.add(topic, socket)
  topics.remove('a', 'one')
  topics.remove('never', 'one')
  topics.publish('a', 'a')
  topics.publish('b', 'b')
  topics.removeAll('one')
  topics.removeAll('nobody')
  topics.publish('c', 'c')
  expect(sent).toEqual(['two: A', 'one: B', 'two: B', 'two: C'])
})
