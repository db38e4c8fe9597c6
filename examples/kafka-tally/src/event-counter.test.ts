import type { PollEvent } from '@live-poll/server-sdk'
import { expect, it } from 'vitest'
import { createEventCounter } from './event-counter.ts'

type Fields = Partial<PollEvent> & { readonly type: PollEvent['type'] }

const event = (seq: number, fields: Fields) =>
  ({ version: 1, id: `${seq}`, at: '', pollId: 'p', box: 0, epoch: 1, seq, index: 0, ...fields }) as PollEvent

const accepted = (seq: number, choices: readonly number[] | null, before: readonly number[] | null = null, box = 0) =>
  event(seq, { type: 'vote.accepted', voterKey: 'v', revision: 1, choices, before, box } as Fields)

function countAll(...events: readonly PollEvent[]) {
  const counter = createEventCounter()
  for (const one of events) counter.take(one)
  return counter.read('p')
}

it('counts votes, what they replace, and what is taken out', () => {
  const counted = countAll(
    event(0, { type: 'poll.created' } as Fields),
    accepted(1, [1, 2]),
    accepted(2, [2]),
    accepted(3, [3], [1, 2]),
    accepted(4, null, [2]),
    accepted(1, [1], null, 1),
    event(5, { type: 'vote.voided', voterKey: 'v', before: [3], auditId: 'a' } as Fields),
  )
  expect(counted).toEqual({
    epoch: 1,
    voters: 1,
    votes: new Map([
      [1, 1],
      [2, 0],
      [3, 0],
    ]),
  })
})

it('counts what comes again once', () => {
  const [one, two] = [accepted(1, [1]), accepted(2, [1])]
  expect(countAll(one, two, one, two, { ...two, index: 1 } as PollEvent)).toMatchObject({ voters: 3 })
})

it('shows the newest epoch, whatever of the one before comes late', () => {
  const late = accepted(9, [1], null, 1)
  expect(countAll(accepted(1, [1]), event(2, { type: 'poll.reset', epoch: 2 }), late)).toMatchObject({
    epoch: 2,
    voters: 0,
  })
})

it('keeps what the poll says at its end, and nothing of one that is deleted', () => {
  const results = { votes: [1], voters: 1 }
  const final = { type: 'results.final', results } as unknown as Fields
  const ended = [accepted(1, [1]), event(2, final)]
  expect(countAll(...ended)).toMatchObject({ voters: 1, final: results })
  expect(countAll(...ended, event(3, { type: 'poll.deleted' }))).toBeUndefined()
})
