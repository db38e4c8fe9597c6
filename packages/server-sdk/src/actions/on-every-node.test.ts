import { expect, it } from 'vitest'
import type { Signal } from '../ports/fleet.ts'
import { createOnEveryNode } from './on-every-node.ts'

function createSetup() {
  const done: string[] = []
  const sent: Signal[] = []
  let hear = (_: Signal) => {}
  const onEveryNode = createOnEveryNode(
    {
      send: (signal) => sent.push(signal),
      onSignal(listener) {
        hear = listener
        return () => {}
      },
    },
    { drop: (pollId) => done.push(`drop ${pollId}`) },
    { end: (session) => done.push(`end ${session}`) },
  )
  return { done, sent, hear: (signal: Signal) => hear(signal), onEveryNode }
}

it('does it here and tells the others', () => {
  const { done, sent, onEveryNode } = createSetup()
  onEveryNode.drop('p')
  onEveryNode.endSession('s')
  expect(done).toEqual(['drop p', 'end s'])
  expect(sent).toEqual([
    { kind: 'poll-changed', pollId: 'p' },
    { kind: 'session-ended', session: 's' },
  ])
})

it('does what others tell, and tells nobody of it again', () => {
  const { done, sent, hear } = createSetup()
  hear({ kind: 'poll-changed', pollId: 'p' })
  hear({ kind: 'session-ended', session: 's' })
  expect(done).toEqual(['drop p', 'end s'])
  expect(sent).toEqual([])
})

it('passes over what only a later version knows, and a session without a name', () => {
  const { done, sent, hear, onEveryNode } = createSetup()
  hear({ kind: 'of-tomorrow' } as unknown as Signal)
  onEveryNode.endSession('')
  expect([done, sent]).toEqual([['end '], []])
})
