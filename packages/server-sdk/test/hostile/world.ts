import { createHmac } from 'node:crypto'
import type { NamedVoter, Poll } from '@live-poll/client-sdk/protocol'
import { deriveKeys } from '../../src/identity/keys.ts'
import type { HttpClient } from '../http-client.ts'
import { adminKey } from '../start-live-poll.ts'
import { hostileSecret } from './start-hostile-process.ts'

/** What a case may speak of: it is made anew for each. */
export interface World {
  readonly pollId: string
  /** Who attacks: a voter who has not voted. */
  readonly voter: NamedVoter
  /** Another, whose token the attacker does not have. */
  readonly victim: NamedVoter
  readonly relayTicket: string
}

let made = 0

export async function makeWorld(call: HttpClient, pollId: string): Promise<World> {
  made++
  const named = { token: adminKey, body: { voters: [`mallory-${made}`, `victim-${made}`] } }
  const [voter, victim] = (await call<{ voters: [NamedVoter, NamedVoter] }>('POST', '/voters', named)).body.voters
  const relay = { token: adminKey, body: { relay: true } }
  const { ticket } = (await call<{ ticket: string }>('POST', '/voters', relay)).body
  return { pollId, voter, victim, relayTicket: ticket }
}

export async function makePoll(call: HttpClient, question: string): Promise<string> {
  const poll = { token: adminKey, body: { question, choices: ['Good', 'Bad'] } }
  return (await call<Poll>('POST', '/polls', poll)).body.id
}

/** A credential as the server signs them, with any claims. @param secret whose signature it bears */
export function sign(prefix: string, claims: unknown, secret = hostileSecret): string {
  const body = Buffer.from(typeof claims === 'string' ? claims : JSON.stringify(claims)).toString('base64url')
  const mac = createHmac('sha256', deriveKeys(secret).tokens).update(prefix).update(body).digest('base64url')
  return `${prefix}${body}.${mac}`
}

/** Seconds since 1970. */
export const inAnHour = () => Math.floor(Date.now() / 1000) + 3600

/** The credential of one with the name of another, and the signature of before. */
export function renamed({ token }: NamedVoter, name: string): string {
  const [body = '', signature = ''] = token.slice('lpv_'.length).split('.')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
  const altered = Buffer.from(JSON.stringify(claims.with(1, name))).toString('base64url')
  return `lpv_${altered}.${signature}`
}

/** Some cases speak of what is made for them. */
export type Case<T> = T | ((world: World) => T)

export type Cases<T> = Readonly<Record<string, Case<T>>>

export function caseIn<T extends object>(world: World, given: Case<T>): T {
  return typeof given === 'function' ? given(world) : given
}
