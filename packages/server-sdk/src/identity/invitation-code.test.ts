import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { invitationIdOf, makeInvitationCode } from './invitation-code.ts'

const key = new Uint8Array(32).fill(7)
const form = /^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/

describe('a code', () => {
  it('is the same for the same key, poll, request and place, today and after an update', () => {
    // Written down: a batch asked for again would else be another one.
    const code = makeInvitationCode(key, 'p', 'batch', 0)
    expect(code).toBe('2JVN-C140-PB8K-T8PM-EAVR')
    expect(invitationIdOf(code)).toBe('Cbe1jbRNcSJBkgAbGSkjiC')
  })

  it('differs by each of them, and they do not run into one another', () => {
    const codes = [
      makeInvitationCode(key, 'p', 'batch', 0),
      makeInvitationCode(new Uint8Array(32), 'p', 'batch', 0),
      makeInvitationCode(key, 'q', 'batch', 0),
      makeInvitationCode(key, 'p', 'batch2', 0),
      makeInvitationCode(key, 'p', 'batch', 1),
      makeInvitationCode(key, 'p","batch', '', 0),
      makeInvitationCode(key, 'pbatch', '', 0),
      makeInvitationCode(key, 'p', 'batch0', 0),
    ]
    expect(new Set(codes).size).toBe(codes.length)
  })

  it('is none of 100,000 others, nor is its id, and carries 100 bits', () => {
    const batch = randomBytes(16).toString('base64url')
    const codes = Array.from({ length: 100_000 }, (_, index) => makeInvitationCode(key, 'p', batch, index))
    expect(new Set(codes).size).toBe(codes.length)
    expect(new Set(codes.map(invitationIdOf)).size).toBe(codes.length)
    expect(codes.filter((code) => !form.test(code))).toEqual([])
    // 20 characters, each of which is one of 32, about equally often.
    const counts = new Map<string, number>()
    const letters = codes.slice(0, 10_000).join('').replaceAll('-', '')
    for (const letter of letters) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    expect(letters).toHaveLength(10_000 * 20)
    expect(counts.size).toBe(32)
    const expected = letters.length / 32
    for (const count of counts.values()) expect(Math.abs(count - expected) / expected).toBeLessThan(0.1)
  }, 60_000)
})

describe('what somebody types', () => {
  const code = '01K0-9QX1-W2RT-B6VA-H4CE'
  const id = invitationIdOf(code)

  it.each([
    code,
    '01k0-9qx1-w2rt-b6va-h4ce',
    '01K09QX1W2RTB6VAH4CE',
    '  01K0 9QX1 W2RT B6VA H4CE\n',
    '01K0-9QX1-W2RT-B6VA-H4CE-',
    'OlKo-9QXI-W2RT-B6VA-H4CE',
    'oikO-9qxL-w2rt-b6va-h4ce',
    '0\u00a01K09QX1W2RTB6VAH4CE',
  ])('is read as it was meant: %j', (text) => {
    expect(id).toMatch(/^[\w-]{22}$/)
    expect(invitationIdOf(text)).toBe(id)
  })

  it.each([
    '',
    ' ',
    '01K0-9QX1-W2RT-B6VA-H4C',
    '01K0-9QX1-W2RT-B6VA-H4CEE',
    '01K0-9QX1-W2RT-B6VA-H4CU',
    '01K0-9QX1-W2RT-B6VA-H4C!',
    '01K0_9QX1_W2RT_B6VA_H4CE',
    '０1K09QX1W2RTB6VAH4CE',
    '\u0000'.repeat(20),
    '👍'.repeat(10),
  ])('is no code where it cannot be one: %j', (text) => {
    expect(invitationIdOf(text)).toBeUndefined()
  })

  it('is another code with any one character changed', () => {
    for (let at = 0; at < code.length; at++) {
      if (code[at] === '-') continue
      const changed = `${code.slice(0, at)}${code[at] === 'Z' ? 'Y' : 'Z'}${code.slice(at + 1)}`
      expect(invitationIdOf(changed)).not.toBe(id)
    }
  })

  it('is not told by what is kept of it', () => {
    expect(id).not.toContain('01K0')
    expect(id).not.toContain('9QX1')
  })
})
