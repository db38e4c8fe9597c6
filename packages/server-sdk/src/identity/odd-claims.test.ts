import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTokens } from './tokens.ts'

const key = new Uint8Array(32)
const tokens = createTokens([key], { voterToken: 60_000, session: 60_000, ticket: 60_000 })
const anHour = Math.floor(Date.now() / 1000) + 3600

/** With the right signature, whatever it is. */
function sign(prefix: 'lpv_' | 'lpt_', claims: string): string {
  const body = Buffer.from(claims).toString('base64url')
  return `${prefix}${body}.${createHmac('sha256', key).update(prefix).update(body).digest('base64url')}`
}

describe('what was signed, and is no credential', () => {
  it('is told from one', () => {
    const good = JSON.stringify(['user', 'ada', anHour])
    expect(tokens.readVoterToken(sign('lpv_', good))).toEqual({ voter: { kind: 'user', id: 'ada' } })
    expect(tokens.readTicket(sign('lpt_', good), null)).toMatchObject({ voter: { kind: 'user', id: 'ada' } })
  })

  it.each([
    '',
    '[',
    'null',
    '"user"',
    '[]',
    '{"__proto__":["user","ada",9e9]}',
    `{"0":"user","1":"ada","2":${anHour},"length":3}`,
    `["admin","ada",${anHour}]`,
    `["user",{"toString":"ada"},${anHour}]`,
    `["user","a\\u0000b",${anHour}]`,
    '["user","ada","for ever"]',
    '["user","ada",null]',
    '["user","ada",1e999]',
    `["user","ada",${anHour},null]`,
  ])('does not count: %s', (claims) => {
    expect(tokens.readVoterToken(sign('lpv_', claims))).toBeUndefined()
    expect(tokens.readTicket(sign('lpt_', claims), null)).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (claims) => {
        tokens.readVoterToken(sign('lpv_', claims))
        tokens.readTicket(sign('lpt_', claims), null)
        tokens.readVoterToken(claims)
        tokens.readVoterToken(`lpv_${claims}`)
      }),
    )
  })

  it('has one way to be written: a signature does not go on', () => {
    const token = sign('lpv_', JSON.stringify(['user', 'ada', anHour]))
    for (const more of ['=', '!', ' ', 'A']) expect(tokens.readVoterToken(token + more)).toBeUndefined()
  })
})
