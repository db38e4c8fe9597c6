import { createHmac } from 'node:crypto'
import type { Invitation, NamedVoter, Poll } from '@live-poll/client-sdk/protocol'
import { deriveKeys } from '../../src/identity/keys.ts'
import { adminKey } from '../admin-key.ts'
import type { HttpClient } from '../http-client.ts'
import { hostileSecret, tokenOf } from './start-hostile-process.ts'

/** What stays the same for all cases. */
export interface Stage {
  readonly pollId: string
  /** Alice’s, for all to see. */
  readonly ownedId: string
  /** Alice’s, and nobody else’s. */
  readonly privateId: string
  /** For holders of an invitation. */
  readonly invitedId: string
  readonly invitations: {
    /** Never used. */
    readonly fresh: Invitation
    /** Of Alice’s private poll. */
    readonly foreign: Invitation
    readonly revoked: Invitation
  }
}

/** What a case may speak of: voters are made anew for each. */
export interface World extends Stage {
  /** Who attacks: a voter who has not voted. */
  readonly voter: NamedVoter
  /** Another, whose token the attacker does not have. */
  readonly victim: NamedVoter
  readonly relayTicket: string
}

export async function setStage(call: HttpClient): Promise<Stage> {
  const alice = tokenOf('alice')
  const [pollId, ownedId, privateId, invitedId] = await Promise.all([
    makePoll(call),
    makePoll(call, {}, alice),
    makePoll(call, { isPrivate: true, voters: ['invitation'] }, alice),
    makePoll(call, { voters: ['invitation'] }),
  ])
  const [fresh, revoked] = await invite(call, invitedId, 2)
  const [foreign] = await invite(call, privateId, 1)
  if (!fresh || !revoked || !foreign) throw new Error('Too few invitations were made.')
  await call('DELETE', `/polls/${invitedId}/invitations/${revoked.id}`, { token: adminKey })
  return { pollId, ownedId, privateId, invitedId, invitations: { fresh, foreign, revoked } }
}

async function invite(call: HttpClient, pollId: string, count: number) {
  const options = { token: adminKey, body: { count } }
  return (await call<{ invitations: Invitation[] }>('POST', `/polls/${pollId}/invitations`, options)).body.invitations
}

let made = 0

/** Their credentials are what the server would give them: signed here, it is not asked for each. */
export function makeWorld(stage: Stage): World {
  made++
  const named = (id: string) => ({ id, token: voterToken(id), ticket: sign('lpt_', ['user', id, inAnHour()]) })
  return { ...stage, voter: named(`mallory-${made}`), victim: named(`victim-${made}`), relayTicket: newRelayTicket() }
}

export const voterToken = (id: string) => sign('lpv_', ['user', id, inAnHour()])
export const newRelayTicket = () => sign('lpt_', ['relay', '', inAnHour()])

export async function makePoll(call: HttpClient, fields: object = {}, token = adminKey): Promise<string> {
  const body = { question: 'Still standing?', choices: ['Yes', 'No'], ...fields }
  const answer = await call<Poll>('POST', '/polls', { token, body })
  if (answer.status !== 201) throw new Error(`No poll was made: ${JSON.stringify(answer.body)}`)
  return answer.body.id
}

/** A credential as the server signs them, with any claims. @param secret whose signature it bears */
export function sign(prefix: string, claims: unknown, secret = hostileSecret): string {
  const [key = new Uint8Array()] = deriveKeys(secret).tokens
  const body = Buffer.from(typeof claims === 'string' ? claims : JSON.stringify(claims)).toString('base64url')
  return `${prefix}${body}.${createHmac('sha256', key).update(prefix).update(body).digest('base64url')}`
}

/** Seconds since 1970. */
export const inAnHour = () => Math.floor(Date.now() / 1000) + 3600

/** The credential of one with the name of another, and the signature of before. */
export function renamed({ token }: NamedVoter, name: string): string {
  const [body = '', signature = ''] = token.slice('lpv_'.length).split('.')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
  claims[1] = name
  return `lpv_${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`
}

/** Some cases speak of what is made for them. */
export type Case<T> = T | ((world: World) => T)

export type Cases<T> = Readonly<Record<string, Case<T>>>

export function caseIn<T extends object>(world: World, given: Case<T>): T {
  return typeof given === 'function' ? given(world) : given
}
