import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTokens, type VoterPass } from './tokens.ts'

const minute = 60_000
const hour = 60 * minute
const lives = { voterToken: hour, session: 10 * minute, ticket: minute }
const key = (byte: number) => new Uint8Array(32).fill(byte)
const tokens = createTokens([key(1)], lives)
const others = createTokens([key(2)], lives)
const ada = { voter: { kind: 'user', id: 'ada' } } as const
const phone = { voter: { kind: 'device', id: 'qJ3x' } } as const
const guest = { voter: { kind: 'invitation', id: 'kJ8f' } } as const
const page = 'https://www.example.org'

const token = () => tokens.voterToken(ada).text
const ticket = () => tokens.ticket({ kind: 'voter', ...ada }, null).text

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-06-01T12:00:00.000Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('what was signed', () => {
  it.each<VoterPass>([
    ada,
    phone,
    guest,
    { voter: { kind: 'user', id: 'Ünïcode "quoted" . dotted 昼' } },
    { ...ada, session: 'session-1' },
    { ...ada, session: '' },
    { ...ada, invitation: 'kJ8f' },
    { ...phone, isHuman: true },
    { ...ada, session: 's', invitation: 'kJ8f', isHuman: true },
  ])('says %j again', (pass) => {
    expect(tokens.readVoterToken(tokens.voterToken(pass).text)).toEqual(pass)
    for (const origin of [null, page]) {
      const { text } = tokens.ticket({ kind: 'voter', ...pass }, origin)
      expect(tokens.readTicket(text, origin)).toEqual({ kind: 'voter', ...pass })
    }
  })

  it('names a relay again', () => {
    expect(tokens.readTicket(tokens.ticket({ kind: 'relay' }, null).text, null)).toEqual({ kind: 'relay' })
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
    expect(tokens.readTicket(text, null)).toBeDefined()
    vi.advanceTimersByTime(1)
    expect(tokens.readTicket(text, null)).toBeUndefined()
  })

  it('is good for less long where it comes from a session, named or not', () => {
    for (const session of ['session-1', '']) {
      const signed = tokens.voterToken({ ...ada, session })
      expect(signed.expiresAt).toEqual(new Date('2026-06-01T12:10:00.000Z'))
    }
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
      expect(tokens.readTicket(forged, undefined)).toBeUndefined()
    }
  })

  it('does not count under another secret', () => {
    expect(others.readVoterToken(token())).toBeUndefined()
    expect(others.readTicket(ticket(), undefined)).toBeUndefined()
  })

  it('does not turn one kind into the other, as it was signed', () => {
    expect(tokens.readTicket(token(), undefined)).toBeUndefined()
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
      expect(tokens.readVoterToken(tokens.voterToken({ voter: { kind: 'user', id } }).text)).toBeUndefined()
    }
  })
})

describe('a ticket', () => {
  it('is for the page that got it alone, and for whoever holds it where none did', () => {
    const bound = tokens.ticket({ kind: 'voter', ...ada }, page).text
    const free = tokens.ticket({ kind: 'voter', ...ada }, null).text
    const admits = (text: string, origin: string | null | undefined) => tokens.readTicket(text, origin) !== undefined
    const shownBy = [page, 'https://elsewhere.example', 'null', '', null, undefined]
    expect(shownBy.map((origin) => admits(bound, origin))).toEqual([true, false, false, false, false, true])
    expect(shownBy.map((origin) => admits(free, origin))).toEqual([true, true, true, true, true, true])
  })

  it('of a relay is for a page, too, where one got it', () => {
    const { text } = tokens.ticket({ kind: 'relay' }, page)
    expect(tokens.readTicket(text, page)).toEqual({ kind: 'relay' })
    expect(tokens.readTicket(text, null)).toBeUndefined()
  })
})

describe('keys', () => {
  it('all prove, and the first signs', () => {
    const before = createTokens([key(1)], lives)
    const between = createTokens([key(2), key(1)], lives)
    const after = createTokens([key(3), key(2)], lives)
    const [oldest, newer, newest] = [before, between, after].map((each) => each.voterToken(ada).text) as string[]
    const read = (each: typeof tokens, text = '') => each.readVoterToken(text)?.voter.id
    expect([oldest, newer, newest].map((text) => read(between, text))).toEqual(['ada', 'ada', undefined])
    expect(
      [oldest, newer, newest].map((text) => read(after, text)),
      'the oldest key is gone',
    ).toEqual([...[undefined, 'ada', 'ada']])
    expect(read(before, newer), 'signed by the new one').toBeUndefined()
  })
})

describe('a token of the version before', () => {
  /** As it was made then: `[kind, id, expires]`, with the same signature. */
  function old(prefix: string, claims: readonly unknown[]) {
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
    return `${prefix}${body}.${createHmac('sha256', key(1)).update(prefix).update(body).digest('base64url')}`
  }
  const expires = new Date('2026-06-01T12:01:00.000Z').getTime() / 1000

  it('is read still: of no session, without invitation, from any page', () => {
    expect(tokens.readVoterToken(old('lpv_', ['user', 'ada', expires]))).toEqual(ada)
    expect(tokens.readVoterToken(old('lpv_', ['device', 'qJ3x', expires]))).toEqual(phone)
    expect(tokens.readTicket(old('lpt_', ['user', 'ada', expires]), page)).toEqual({ kind: 'voter', ...ada })
    expect(tokens.readTicket(old('lpt_', ['relay', '', expires]), page)).toEqual({ kind: 'relay' })
  })

  it('is what is made where there is no more to say', () => {
    expect(tokens.voterToken(ada).text).toBe(old('lpv_', ['user', 'ada', expires + 59 * 60]))
  })

  it('does not count with a kind that there is not', () => {
    for (const kind of ['admin', 'relay', '', null]) {
      expect(tokens.readVoterToken(old('lpv_', [kind, 'ada', expires]))).toBeUndefined()
    }
  })
})
