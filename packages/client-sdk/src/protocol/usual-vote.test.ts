import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encode } from './codec.ts'
import { decodeClientMessage } from './decode-client-message.ts'
import { limits } from './limits.ts'
import type { VoteMessage } from './messages.ts'
import { readUsualVote } from './usual-vote.ts'

const text = (letters: string, most: number) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: most, size: 'max' })
const counter = fc.option(fc.oneof(fc.nat(), fc.integer({ min: 0, max: 999_999_999_999_999 })), { nil: undefined })

const usualVote: fc.Arbitrary<VoteMessage> = fc.record({
  type: fc.constant('vote' as const),
  voteId: text('aZ09_.:-', limits.voteIdLength),
  pollId: text('aZ09_-', limits.pollIdLength),
  choices: fc.integer({ min: 1, max: 9999 }).map((id) => [id]),
  revision: counter,
  epoch: counter,
  voter: fc.option(text('aZ09_.:@+-', limits.voterLength), { nil: undefined }),
})

/** Reads it as if it were no usual one: white space is all that differs. */
const readSlowly = (written: string) => decodeClientMessage(` ${written}`)

it('reads every usual vote, as it is read by its fields', () => {
  fc.assert(
    fc.property(usualVote, (vote) => {
      const written = encode(vote)
      expect(readUsualVote(written)).toEqual(vote)
      expect(readSlowly(written)).toEqual({ ok: true, value: vote })
    }),
  )
})

it('takes nothing for a vote, and nothing for another one, that would be read otherwise by its fields', () => {
  const oneOff = fc
    .tuple(usualVote.map(encode), fc.nat(), fc.nat({ max: 3 }), fc.constantFrom(...'"\\{}[],:0 1-.eé\n\u2028x', ''))
    .map(([written, at, length, put]) => {
      const start = at % (written.length + 1)
      return written.slice(0, start) + put + written.slice(start + length)
    })
  fc.assert(
    fc.property(oneOff, (written) => {
      const vote = readUsualVote(written)
      if (vote) expect(readSlowly(written)).toEqual({ ok: true, value: vote })
    }),
    { numRuns: 2000 },
  )
})

it.each([
  ['too long a vote id', { voteId: 'v'.repeat(limits.voteIdLength + 1) }],
  ['too long a poll id', { pollId: 'p'.repeat(limits.pollIdLength + 1) }],
  ['too long a voter', { voter: 'v'.repeat(limits.voterLength + 1) }],
  ['a retraction', { choices: null }],
  ['no choice', { choices: [] }],
  ['several choices', { choices: [1, 2] }],
  ['a choice that there cannot be', { choices: [0] }],
  ['a counter beyond exact integers', { revision: 2 ** 53 }],
  ['a counter below zero', { epoch: -1 }],
  ['a voter of other letters', { voter: 'Zoë' }],
])('leaves %s to who looks at the fields', (_, fields) => {
  expect(
    readUsualVote(JSON.stringify({ type: 'vote', voteId: 'v', pollId: 'p', choices: [1], ...fields })),
  ).toBeUndefined()
})
