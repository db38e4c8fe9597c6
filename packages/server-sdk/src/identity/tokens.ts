import { createHmac, timingSafeEqual } from 'node:crypto'
import { isVoterName } from '@live-poll/client-sdk/protocol'
import type { Admitted, Voter } from '../domain/voter.ts'

/** What a voter's credential says. */
export interface VoterPass extends Admitted {
  /**
   * The host's session that it comes from; '' where the host does not name its sessions. Undefined: it is no session's,
   * but a device's, an invitation's, or of a voter whom the host named.
   */
  readonly session?: string
}

/** Who a connection speaks for. */
export type Admission = ({ readonly kind: 'voter' } & VoterPass) | { readonly kind: 'relay' }

export interface Signed {
  readonly text: string
  readonly expiresAt: Date
}

/**
 * Stateless credentials: `lpv_` (a voter's token, long-lived but for those of sessions) and `lpt_` (a ticket: 60 s, for
 * one `hello`). The body is base64url JSON, followed by a dot and its HMAC-SHA256.
 */
export interface Tokens {
  voterToken(pass: VoterPass): Signed
  /** @param origin of the page it is for, whose connections alone it admits; null: whoever holds it */
  ticket(admission: Admission, origin: string | null): Signed
  /** What a token says; undefined if it is forged, expired or not a token. */
  readVoterToken(text: string): VoterPass | undefined
  /** @param origin of the page that shows it; undefined: not known, and not asked for */
  readTicket(text: string, origin: string | null | undefined): Admission | undefined
}

export interface TokenLives {
  /** Milliseconds, as all of these. */
  readonly voterToken: number
  /** Of a token that comes from a session: pages ask for another one. */
  readonly session: number
  readonly ticket: number
}

const tokenPrefix = 'lpv_'
const ticketPrefix = 'lpt_'

/** `[kind, id, expires, more]`, or `['relay', '', expires, more]`; seconds since 1970. */
type Claims = readonly [kind: string, id: string, expires: number, more?: More]

interface More {
  /** Session. */
  readonly s?: string
  /** Invitation. */
  readonly i?: string
  /** A captcha was solved. */
  readonly h?: 1
  /** Origin. */
  readonly o?: string
}

const voterKinds: ReadonlySet<string> = new Set(['user', 'device', 'invitation'] satisfies Voter['kind'][])

/** @param keys the first signs, each of them proves */
export function createTokens(keys: readonly Uint8Array[], lives: TokenLives): Tokens {
  function sign(prefix: string, [kind, id, more]: readonly [string, string, More], life: number): Signed {
    const expires = Math.floor((Date.now() + life) / 1000)
    const claims: Claims = Object.keys(more).length > 0 ? [kind, id, expires, more] : [kind, id, expires]
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
    const text = `${prefix}${body}.${mac(keys[0] as Uint8Array, prefix, body)}`
    return { text, expiresAt: new Date(expires * 1000) }
  }

  function read(prefix: string, text: string): { admission: Admission; origin: string | undefined } | undefined {
    const [body, signature, ...rest] = text.slice(prefix.length).split('.')
    if (!text.startsWith(prefix) || !body || !signature || rest.length > 0) return undefined
    if (!keys.some((key) => isSame(signature, mac(key, prefix, body)))) return undefined
    const claims = readClaims(body)
    if (!claims) return undefined
    const [kind, id, expires, more = {}] = claims
    if (expires * 1000 <= Date.now()) return undefined
    if (kind === 'relay') return { admission: { kind }, origin: more.o }
    if (!voterKinds.has(kind) || !isVoterName(id)) return undefined
    return { admission: { kind: 'voter', ...toPass({ kind: kind as Voter['kind'], id }, more) }, origin: more.o }
  }

  return {
    voterToken: (pass) =>
      sign(tokenPrefix, toClaims(pass), pass.session === undefined ? lives.voterToken : lives.session),
    ticket(admission, origin) {
      const bound: More = origin === null ? {} : { o: origin }
      if (admission.kind === 'relay') return sign(ticketPrefix, ['relay', '', bound], lives.ticket)
      const [kind, id, more] = toClaims(admission)
      return sign(ticketPrefix, [kind, id, { ...more, ...bound }], lives.ticket)
    },
    readVoterToken(text) {
      const admission = read(tokenPrefix, text)?.admission
      if (admission?.kind !== 'voter') return undefined
      const { kind: _, ...pass } = admission
      return pass
    },
    readTicket(text, origin) {
      const ticket = read(ticketPrefix, text)
      if (!ticket || (origin !== undefined && ticket.origin !== undefined && ticket.origin !== origin)) return undefined
      return ticket.admission
    },
  }
}

function toClaims({ voter, session, invitation, isHuman }: VoterPass): readonly [string, string, More] {
  const more = {
    ...(session !== undefined && { s: session }),
    ...(invitation !== undefined && { i: invitation }),
    ...(isHuman && { h: 1 as const }),
  }
  return [voter.kind, voter.id, more]
}

function toPass(voter: Voter, { s, i, h }: More): VoterPass {
  return {
    voter,
    ...(s !== undefined && { session: s }),
    ...(i !== undefined && { invitation: i }),
    ...(h && { isHuman: true }),
  }
}

/** Whoever has the key may have signed something else with it, now or in another version. */
function readClaims(body: string): Claims | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString())
    if (!Array.isArray(claims)) return undefined
    const [, , expires, more = {}] = claims
    return Number.isFinite(expires) && typeof more === 'object' && more !== null
      ? (claims as unknown as Claims)
      : undefined
  } catch {
    return undefined
  }
}

function mac(key: Uint8Array, prefix: string, body: string): string {
  return createHmac('sha256', key).update(prefix).update(body).digest('base64url')
}

/** Of the texts, not of the bytes they stand for: a signature has one way to be written. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
