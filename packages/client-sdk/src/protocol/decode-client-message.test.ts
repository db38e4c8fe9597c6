import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeServerMessage, encode } from './codec.ts'
import { decodeClientMessage, decodeVoteInput } from './decode-client-message.ts'
import { limits } from './limits.ts'
import type { ClientMessage } from './messages.ts'

const letters = [...'abcXYZ019_-']
const pollId = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: limits.pollIdLength })
const voteId = fc.string({ unit: fc.constantFrom(...letters, '.', ':'), minLength: 1, maxLength: limits.voteIdLength })
const voter = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => text.length <= limits.voterLength && !/\p{Cc}/u.test(text))
const counter = fc.nat()
const choices = fc.uniqueArray(fc.integer({ min: 1, max: 0x7fff }), { maxLength: limits.maxChoices })
const credential = fc.string({ minLength: 1, maxLength: 200 })
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })

const clientMessage: fc.Arbitrary<ClientMessage> = fc.oneof(
  fc.record({ type: fc.constant('hello' as const), ticket: optional(credential), token: optional(credential) }),
  fc.record({ type: fc.constant('watch' as const), pollId, epoch: optional(counter), version: optional(counter) }),
  fc.record({ type: fc.constant('unwatch' as const), pollId }),
  fc.record({
    type: fc.constant('vote' as const),
    voteId,
    pollId,
    choices: fc.option(choices),
    revision: optional(counter),
    epoch: optional(counter),
    voter: optional(voter),
  }),
  fc.record({ type: fc.constant('ping' as const) }),
)

describe('decodeClientMessage', () => {
  it('reads back every valid message', () => {
    fc.assert(
      fc.property(clientMessage, (message) => {
        expect(decodeClientMessage(encode(message))).toEqual({ ok: true, value: message })
      }),
    )
  })

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeClientMessage(text)))
  })

  it('never throws, and never accepts what it would not send, when one field of a message is anything', () => {
    const broken = fc
      .tuple(clientMessage, fc.string(), fc.jsonValue())
      .chain(([message, name, value]) =>
        fc.constantFrom(...Object.keys(message), name).map((field) => ({ ...message, [field]: value })),
      )
    fc.assert(
      fc.property(broken, (message) => {
        const decoded = decodeClientMessage(JSON.stringify(message))
        if (decoded.ok) expect(decodeClientMessage(encode(decoded.value))).toEqual(decoded)
        else expect(decoded.code).toBe('INVALID')
      }),
    )
  })

  it('ignores unknown fields', () => {
    expect(decodeClientMessage('{"type":"ping","sentAt":1}')).toEqual({ ok: true, value: { type: 'ping' } })
  })

  it.each([
    ['not JSON', '{', 'BAD_JSON'],
    ['no object', '[]', 'INVALID'],
    ['null', 'null', 'INVALID'],
    ['an unknown type', '{"type":"shout"}', 'INVALID'],
    ['a poll id with a slash', '{"type":"watch","pollId":"a/b"}', 'INVALID'],
    ['an empty poll id', '{"type":"watch","pollId":""}', 'INVALID'],
    ['a poll id of 65 characters', `{"type":"watch","pollId":"${'a'.repeat(65)}"}`, 'INVALID'],
    ['a negative epoch', '{"type":"watch","pollId":"p","epoch":-1}', 'INVALID'],
    ['an empty ticket', '{"type":"hello","ticket":""}', 'INVALID'],
  ])('refuses %s', (_, text, code) => {
    expect(decodeClientMessage(text)).toMatchObject({ ok: false, code })
  })

  it.each([
    ['choices that repeat', { choices: [1, 1] }],
    ['a choice that is no integer', { choices: [1.5] }],
    ['no choices', { choices: undefined }],
    ['too many choices', { choices: Array.from({ length: limits.maxChoices + 1 }, (_, index) => index + 1) }],
    ['a revision beyond exact integers', { revision: 2 ** 53 }],
    ['a voter with a line break', { voter: 'a\nb' }],
    ['a voter with half a surrogate pair', { voter: '\ud800' }],
  ])('refuses a vote with %s, and says whose answer that is', (_, fields) => {
    const text = JSON.stringify({ type: 'vote', voteId: 'v', pollId: 'p', choices: [1], ...fields })
    expect(decodeClientMessage(text)).toMatchObject({ ok: false, code: 'INVALID', reply: { voteId: 'v', pollId: 'p' } })
  })
})

describe('decodeVoteInput', () => {
  it('never throws, and reads the same fields as a vote on the channel', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const decoded = decodeVoteInput(value)
        if (decoded.ok) expect(decodeVoteInput(decoded.value)).toEqual(decoded)
      }),
    )
    const input = { voteId: 'v', choices: [2, 1], revision: 0, epoch: 3 }
    expect(decodeVoteInput(input)).toEqual({ ok: true, value: input })
  })

  it('never accepts what it would not send, when one field is anything', () => {
    const good = fc.record({ voteId, choices, revision: optional(counter), epoch: optional(counter) })
    const odd = fc.constantFrom('__proto__', 'constructor', 'voter', 'toString', '')
    const broken = fc.tuple(good, odd, fc.jsonValue()).chain(([input, name, value]) =>
      fc.constantFrom(...Object.keys(input), name).map((field) => {
        const text = JSON.stringify({ ...input, [field]: undefined })
        return `${text.slice(0, -1)}${text === '{}' ? '' : ','}${JSON.stringify(field)}:${JSON.stringify(value)}}`
      }),
    )
    fc.assert(
      fc.property(broken, (text) => {
        const decoded = decodeVoteInput(JSON.parse(text))
        if (!decoded.ok) return decoded.code === 'INVALID'
        expect(decodeVoteInput(JSON.parse(JSON.stringify(decoded.value)))).toEqual(decoded)
        expect(Object.keys(decoded.value).sort()).toEqual(['choices', 'epoch', 'revision', 'voteId'])
        return true
      }),
    )
  })

  it('takes no retraction: that is DELETE', () => {
    expect(decodeVoteInput({ voteId: 'v', choices: null })).toMatchObject({ ok: false, issues: [{ path: 'choices' }] })
  })
})

describe('decodeServerMessage', () => {
  it('reads what encode writes', () => {
    const message = { type: 'drain', spread: 20_000 } as const
    expect(decodeServerMessage(encode(message))).toEqual(message)
  })

  it('answers null to what it does not know, and never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeServerMessage(text)))
    for (const text of ['', 'null', '1', '[]', '{"type":1}']) expect(decodeServerMessage(text)).toBeNull()
  })
})
