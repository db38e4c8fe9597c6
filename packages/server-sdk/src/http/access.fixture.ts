import type { Authorize, AuthorizedPoll, Identify } from '../identity/host-user.ts'
import { createMayView } from '../identity/may-view.ts'
import { createTokens } from '../identity/tokens.ts'
import { type AccessParts, createAccess } from './access.ts'
import type { HttpRequest } from './http-message.ts'
import { createOrigins } from './origins.ts'

export const own = 'https://my.app'
export const named = 'https://www.example.org'
export const foreign = 'https://elsewhere.example'
export const adminKey = `lpa_${'k'.repeat(32)}`
export const tokens = createTokens([new Uint8Array(32)], { voterToken: 60_000, session: 60_000, ticket: 60_000 })
export const phone = { voter: { kind: 'device', id: 'phone' } } as const
export const named17 = { voter: { kind: 'user', id: 'user-17' } } as const
export const guest = { voter: { kind: 'invitation', id: 'inv' } } as const
export const voterToken = tokens.voterToken(phone).text
export const sessionToken = (session: string) => tokens.voterToken({ voter: { kind: 'user', id: 'ed' }, session }).text
export const ticket = tokens.ticket({ kind: 'relay' }, null).text
export const poll: AuthorizedPoll = { id: 'p', owner: 'tok', isPrivate: false }
export const secret: AuthorizedPoll = { id: 's', owner: null, isPrivate: true }

export function request(headers: Record<string, string> = {}, method = 'POST', raw?: unknown): HttpRequest {
  return {
    method,
    path: '/live-poll/voters',
    query: new URLSearchParams(),
    headers: new Headers({ host: 'my.app', ...headers }),
    raw,
    readBody: () => Promise.reject(new Error('not needed')),
  }
}

export const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` })

/** A host that keeps its session in a cookie, or takes a token of its own. */
const identify: Identify = ({ headers }) => {
  if (headers.get('cookie') === 'session=editor') return { id: 'ed', role: 'editor' }
  if (headers.get('cookie') === 'session=reader') return { id: 'rea', role: 'reader' }
  return headers.get('authorization') === 'Bearer host-token' && { id: 'tok', role: 'editor' }
}
const authorize: Authorize = ({ user }) => user?.role === 'editor'

/** The session `over` has ended, and `inv` is an invitation of the private poll. */
export function accessOf(allowed: readonly string[] | '*' = [named], options: Partial<AccessParts> = {}) {
  const may = 'authorize' in options ? options.authorize : authorize
  return createAccess({
    ...{ identify, authorize, adminKey, tokens, origins: createOrigins(allowed) },
    sessions: { hasEnded: async (session) => session === 'over' },
    mayView: createMayView(may, { isValid: async (pollId, id) => pollId === secret.id && id === 'inv' }),
    findPoll: async (pollId) => [poll, secret].find(({ id }) => id === pollId),
    ...options,
  })
}

export const cookie = (session: string) => ({ cookie: `session=${session}` })
export const ours = { 'live-poll-client': '1' }
