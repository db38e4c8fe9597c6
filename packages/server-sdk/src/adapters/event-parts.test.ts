import { expect, it } from 'vitest'
import type { EventText } from '../domain/poll-event.ts'
import { inParts } from './event-parts.ts'

const event = (json: string): EventText => ({ id: json, type: 'poll.opened', pollId: 'p', box: 0, at: '', json })

it.each([
  [[], []],
  [['a'], [['a']]],
  [
    ['aaaaa', 'bbbbb', 'c'],
    [['aaaaa', 'bbbbb'], ['c']],
  ],
  [
    ['a', 'b', 'c', 'd'],
    [['a', 'b', 'c'], ['d']],
  ],
  [
    ['a', 'too long for a part', 'b'],
    [['a'], ['too long for a part'], ['b']],
  ],
])('cuts %j into parts of 3 events and 10 characters', (texts, expected) => {
  const parts = [...inParts(texts.map(event), { events: 3, characters: 10 })]
  expect(parts.map((part) => part.map(({ json }) => json))).toEqual(expected)
})
