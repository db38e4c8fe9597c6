import { createHash, timingSafeEqual } from 'node:crypto'
import { isVoterName, pollError } from '@live-poll/client-sdk/protocol'
import type { Voter } from '../domain/voter.ts'
import type { Authorize, HostUser, Identify, OrganizerAction } from '../identity/host-user.ts'
import type { Tokens } from '../identity/tokens.ts'
import type { HttpRequest } from './http-message.ts'
import type { Origins } from './origins.ts'

/** Says who sent a request, and whether they may. */
export interface Access {
  /** The voter of a `lpv_` token. @throws PollError `UNAUTHENTICATED` */
  requireVoter(request: HttpRequest): Voter
  /** The voter of a token, or the host's signed-in user; undefined for anyone else. @throws PollError `UNAUTHENTICATED` for a token that is not valid */
  findVoter(request: HttpRequest): Promise<Voter | undefined>
  /** @returns the organizer's id, or null for the admin key. @throws PollError `UNAUTHENTICATED`, `FORBIDDEN`, `ORIGIN_NOT_ALLOWED` */
  requireOrganizer(request: HttpRequest, action: OrganizerAction, pollId?: string): Promise<string | null>
  /**
   * Who wants to see a poll whose results are not public: a voter, by token; an organizer, by admin key or by the host's
   * `authorize`, which is asked only where there are credentials for it; or anyone.
   * @throws PollError `UNAUTHENTICATED` for a token or key that is not valid
   */
  findViewer(request: HttpRequest, pollId: string): Promise<Voter | 'organizer' | undefined>
}

export interface AccessOptions {
  readonly identify?: Identify
  readonly authorize?: Authorize
  readonly adminKey?: string
}

export function createAccess(
  { identify, authorize, adminKey }: AccessOptions,
  tokens: Tokens,
  origins: Origins,
): Access {
  function readVoter(credential: string): Voter {
    const voter = tokens.readVoterToken(credential)
    if (!voter) throw pollError('UNAUTHENTICATED', {}, 'The voter token is not valid, or has expired.')
    return voter
  }

  async function hostUser(request: HttpRequest): Promise<HostUser | undefined> {
    const user = await identify?.({ headers: withoutForeignCookies(request) })
    if (!user) return undefined
    if (!isVoterName(user.id)) throw new Error('identify() must return { id } with a text of 1 to 200 characters.')
    return user
  }

  /** A page that is not trusted speaks for itself, never with its visitor's cookies. */
  function withoutForeignCookies(request: HttpRequest): Headers {
    if (!request.headers.has('cookie') || mayCarryCookies(request)) return request.headers
    const headers = new Headers(request.headers)
    headers.delete('cookie')
    return headers
  }

  /** The header cannot be sent across origins without a preflight; browsers leave `Origin` out of their own GETs. */
  function mayCarryCookies({ method, headers }: HttpRequest): boolean {
    if (headers.get('live-poll-client') !== '1') return false
    const origin = headers.get('origin')
    if (origin === null) return method === 'GET' || method === 'HEAD'
    return origins.isTrusted(origin, headers.get('host'))
  }

  function isAdmin(credential: string | undefined): boolean {
    if (!credential?.startsWith('lpa_')) return false
    if (adminKey !== undefined && isSameText(credential, adminKey)) return true
    throw pollError('UNAUTHENTICATED', {}, 'The admin key is not valid.')
  }

  return {
    requireVoter(request) {
      const credential = bearer(request)
      if (!credential?.startsWith('lpv_')) throw pollError('UNAUTHENTICATED')
      return readVoter(credential)
    },

    async findVoter(request) {
      const credential = bearer(request)
      if (credential?.startsWith('lpv_')) return readVoter(credential)
      const user = await hostUser(request)
      return user && { kind: 'user', id: user.id }
    },

    async requireOrganizer(request, action, pollId) {
      const credential = bearer(request)
      if (isAdmin(credential)) return null
      if (credential?.startsWith('lpv_')) throw pollError('FORBIDDEN', {}, 'A voter may not do this.')
      const user = await hostUser(request)
      if (await authorize?.({ action, user, pollId, headers: withoutForeignCookies(request) })) return user?.id ?? null
      throw pollError(user ? 'FORBIDDEN' : 'UNAUTHENTICATED', {}, refusal(user))
    },

    async findViewer(request, pollId) {
      const credential = bearer(request)
      if (credential?.startsWith('lpv_')) return readVoter(credential)
      if (isAdmin(credential)) return 'organizer'
      const headers = withoutForeignCookies(request)
      if (!headers.has('authorization') && !headers.has('cookie')) return undefined
      const user = await hostUser(request)
      return (await authorize?.({ action: 'viewResults', user, pollId, headers })) ? 'organizer' : undefined
    },
  }
}

function refusal(user: HostUser | undefined): string {
  if (user) return 'You may not do this.'
  return 'Sign in as an organizer. A page that signs in with cookies sends its own Origin and "live-poll-client: 1".'
}

/** The scheme's name may be written in any case (RFC 9110, section 11.1). */
function bearer(request: HttpRequest): string | undefined {
  return /^bearer +([^\s]+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

function isSameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
