import { expect, it } from 'vitest'
import { joinHappenings, splitHappenings, toEventTexts, toPollEvents, voteAcceptedText } from './poll-event.ts'

it.each([
  [[1], null],
  [[3, 1], [2]],
  [[], [1, 2]],
  [null, [1]],
])('writes an accepted vote as JSON.stringify would: %j after %j', (choices, before) => {
  const written = voteAcceptedText('key_-9', 7, choices, before)
  expect(written).toBe(JSON.stringify({ type: 'vote.accepted', voterKey: 'key_-9', revision: 7, choices, before }))
})

it('names an event by its place, which nothing in it can replace', () => {
  const place = { pollId: 'p_1', box: 3, epoch: 2, seq: 17 }
  const texts = [JSON.stringify({ type: 'poll.opened', id: 'other', box: 9 }), '{"type":"poll.reset"}']
  const row = { ...place, at: new Date(0), happenings: texts }
  const rest = { version: 1, at: '1970-01-01T00:00:00.000Z', ...place }
  const events = [
    { id: 'p_1:2:3:17:0', type: 'poll.opened', index: 0, ...rest },
    { id: 'p_1:2:3:17:1', type: 'poll.reset', index: 1, ...rest },
  ]
  expect(toPollEvents(row)).toEqual(events)
  expect(toEventTexts(row).map(({ json, ...known }) => [known, JSON.parse(json)])).toEqual(
    events.map((event) => {
      const { id, type, pollId, box, at } = event
      return [{ id, type, pollId, box, at }, event]
    }),
  )
})

it('joins happenings so that whatever is in them they come apart again', () => {
  const texts = ['\x1e', '\x1d"', '[],{}'].map((label) => JSON.stringify({ type: 'poll.edited', label }))
  expect(splitHappenings(joinHappenings(texts))).toEqual(texts)
})
