import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createEventReader } from './event-stream.ts'

function read(...pieces: readonly string[]): string[] {
  const events: string[] = []
  const hear = createEventReader((data) => void events.push(data))
  for (const piece of pieces) hear(piece)
  return events
}

it('reads data, and passes over comments, names, ids and what is not ended', () => {
  const text =
    ': hello\n\nevent: news\nid: 7\ndata: {"a":1}\nretry: 9\n\ndata\n\ndatabase: no\n\ndata:no space\ndata:  two\n\ndata: cut'
  expect(read(text)).toEqual(['{"a":1}', '', 'no space\n two'])
})

it.each(['\n', '\r\n', '\r'])('ends lines at %j', (end) => {
  expect(read(`data: 1${end}${end}: keep-alive${end}${end}data: 2${end}${end}data: 3${end}`)).toEqual(['1', '2'])
})

it('reads the same however it is cut', () => {
  const text = ': hi\r\n\r\ndata: {"type":"pong"}\r\n\r\ndata: é\r\ndata: b\n\n:\n\ndata: c\r\n\r\n'
  const cuts = fc.array(fc.nat(text.length), { maxLength: 20 })
  fc.assert(
    fc.property(cuts, (at) => {
      const ends = [...at.sort((a, b) => a - b), text.length]
      const pieces = ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end))
      expect(read(...pieces)).toEqual(['{"type":"pong"}', 'é\nb', 'c'])
    }),
  )
})
