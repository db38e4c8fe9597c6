import { createHmac, timingSafeEqual } from 'node:crypto'
import { isVoterName } from '@live-poll/client-sdk/protocol'
import type { Voter } from '../domain/voter.ts'

/** Who a connection speaks for. */
export type Admission = { readonly kind: 'voter'; readonly voter: Voter } | { readonly kind: 'relay' }

export interface Signed {
  readonly text: string
  readonly expiresAt: Date
}

/**
 * Stateless credentials: `lpv_` (a voter's token, long-lived) and `lpt_` (a ticket: 60 s, for one `hello`).
 * The body is base64url JSON, followed by a dot and its HMAC-SHA256.
 */
export interface Tokens {
  voterToken(voter: Voter): Signed
  ticket(admission: Admission): Signed
  /** The voter of a token; undefined if it is forged, expired or not a token. */
  readVoterToken(text: string): Voter | undefined
  readTicket(text: string): Admission | undefined
}

const tokenPrefix = 'lpv_'
const ticketPrefix = 'lpt_'

/** `[kind, id, expires]`, or `['relay', '', expires]`; seconds since 1970. */
type Claims = readonly [kind: string, id: string, expires: number]

/** @param life of a voter token and of a ticket, in milliseconds */
export function createTokens(key: Uint8Array, life: { voterToken: number; ticket: number }): Tokens {
  const mac = (prefix: string, body: string) => createHmac('sha256', key).update(prefix).update(body).digest()

  function sign(prefix: string, kind: string, id: string, lifetime: number): Signed {
    const expires = Math.floor((Date.now() + lifetime) / 1000)
    const claims: Claims = [kind, id, expires]
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
    const text = `${prefix}${body}.${mac(prefix, body).toString('base64url')}`
    return { text, expiresAt: new Date(expires * 1000) }
  }

  function read(prefix: string, text: string): Admission | undefined {
    const [body, signature, ...rest] = text.slice(prefix.length).split('.')
    if (!text.startsWith(prefix) || !body || !signature || rest.length > 0) return undefined
    const given = Buffer.from(signature, 'base64url')
    const expected = mac(prefix, body)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
    const [kind, id, expires] = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
    if (expires * 1000 <= Date.now()) return undefined
    if (kind === 'relay') return { kind: 'relay' }
    return (kind === 'user' || kind === 'device') && isVoterName(id)
      ? { kind: 'voter', voter: { kind, id } }
      : undefined
  }

  return {
    voterToken: ({ kind, id }) => sign(tokenPrefix, kind, id, life.voterToken),
    ticket: (admission) =>
      admission.kind === 'relay'
        ? sign(ticketPrefix, 'relay', '', life.ticket)
        : sign(ticketPrefix, admission.voter.kind, admission.voter.id, life.ticket),
    readVoterToken: (text) => {
      const admission = read(tokenPrefix, text)
      return admission?.kind === 'voter' ? admission.voter : undefined
    },
    readTicket: (text) => read(ticketPrefix, text),
  }
}
