import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTokens } from './tokens.ts'

const minute = 60_000
const hour = 60 * minute
const tokens = createTokens(new Uint8Array(32).fill(1), { voterToken: hour, ticket: minute })
const others = createTokens(new Uint8Array(32).fill(2), { voterToken: hour, ticket: minute })
const ada = { kind: 'user', id: 'ada' } as const
const phone = { kind: 'device', id: 'qJ3x' } as const

const token = () => tokens.voterToken(ada).text
const ticket = () => tokens.ticket({ kind: 'voter', voter: ada }).text

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-06-01T12:00:00.000Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('what was signed', () => {
  it.each([ada, phone, { kind: 'user', id: 'Ünïcode "quoted" . dotted 昼' } as const])('names $id again', (voter) => {
    expect(tokens.readVoterToken(tokens.voterToken(voter).text)).toEqual(voter)
    expect(tokens.readTicket(tokens.ticket({ kind: 'voter', voter }).text)).toEqual({ kind: 'voter', voter })
  })

  it('names a relay again', () => {
    expect(tokens.readTicket(tokens.ticket({ kind: 'relay' }).text)).toEqual({ kind: 'relay' })
  })

  it('says when it expires, and is good until then', () => {
    const signed = tokens.voterToken(ada)
    expect(signed.expiresAt).toEqual(new Date('2026-06-01T13:00:00.000Z'))
    vi.setSystemTime(signed.expiresAt.getTime() - 1)
    expect(tokens.readVoterToken(signed.text)).toEqual(ada)
    vi.setSystemTime(signed.expiresAt)
    expect(tokens.readVoterToken(signed.text)).toBeUndefined()
  })

  it('is a ticket for a minute', () => {
    const text = ticket()
    vi.advanceTimersByTime(minute - 1)
    expect(tokens.readTicket(text)).toBeDefined()
    vi.advanceTimersByTime(1)
    expect(tokens.readTicket(text)).toBeUndefined()
  })

  it('fits a header and a URL', () => {
    expect(token()).toMatch(/^lpv_[\w-]+\.[\w-]{43}$/)
    expect(ticket()).toMatch(/^lpt_[\w-]+\.[\w-]{43}$/)
  })
})

describe('what was not signed', () => {
  const claims = (text: string) => text.slice(4).split('.')
  const forgeries: Record<string, (text: string) => string> = {
    'is empty': () => '',
    'is a prefix': (text) => text.slice(0, 4),
    'is cut off by one': (text) => text.slice(0, -1),
    'has no signature': (text) => text.split('.')[0] ?? '',
    'has an empty signature': (text) => `${text.split('.')[0]}.`,
    'has a third part': (text) => `${text}.${claims(text)[1]}`,
    'has another body': (text) => {
      const body = Buffer.from(JSON.stringify(['user', 'eve', 4_000_000_000])).toString('base64url')
      return `${text.slice(0, 4)}${body}.${claims(text)[1]}`
    },
    'has another signature': (text) => `${text.split('.')[0]}.${'A'.repeat(43)}`,
    'has the prefix of the other kind': (text) => (text.startsWith('lpv_') ? 'lpt_' : 'lpv_') + text.slice(4),
    'has the prefix of an admin key': (text) => `lpa_${text.slice(4)}`,
    'has its prefix in capitals': (text) => text.replace(/^lp./, (prefix) => prefix.toUpperCase()),
    'begins with a space': (text) => ` ${text}`,
  }

  it.each(Object.entries(forgeries))('does not count when it %s', (_, forge) => {
    for (const forged of [forge(token()), forge(ticket())]) {
      expect(tokens.readVoterToken(forged)).toBeUndefined()
      expect(tokens.readTicket(forged)).toBeUndefined()
    }
  })

  it('does not count under another secret', () => {
    expect(others.readVoterToken(token())).toBeUndefined()
    expect(others.readTicket(ticket())).toBeUndefined()
  })

  it('does not turn one kind into the other, as it was signed', () => {
    expect(tokens.readTicket(token())).toBeUndefined()
    expect(tokens.readVoterToken(ticket())).toBeUndefined()
  })

  it('does not count with any one bit of it turned', () => {
    const text = token()
    for (let bit = 0; bit < text.length * 7; bit++) {
      const turned = [...text].map((letter, index) =>
        index === Math.floor(bit / 7) ? String.fromCharCode(letter.charCodeAt(0) ^ (1 << (bit % 7))) : letter,
      )
      const voter = tokens.readVoterToken(turned.join(''))
      // The last letter of 32 bytes in base64url carries two bits that stand for nothing.
      if (bit < (text.length - 1) * 7) expect(voter).toBeUndefined()
      else expect([undefined, ada]).toContainEqual(voter)
    }
  })

  it('does not admit a voter whose id no host may have', () => {
    for (const id of ['', 'a\nb', 'a'.repeat(201)]) {
      expect(tokens.readVoterToken(tokens.voterToken({ kind: 'user', id }).text)).toBeUndefined()
    }
  })
})
