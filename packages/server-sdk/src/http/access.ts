import { createHash, timingSafeEqual } from 'node:crypto'
import { isVoterName, pollError } from '@live-poll/client-sdk/protocol'
import type { Authorize, AuthorizedPoll, HostUser, Identify, OrganizerAction } from '../identity/host-user.ts'
import type { Asker, MayView } from '../identity/may-view.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { Tokens, VoterPass } from '../identity/tokens.ts'
import type { HttpRequest } from './http-message.ts'
import { mayCarryCookies } from './may-carry-cookies.ts'
import { callerOf, type Origins } from './origins.ts'

/** Says who sent a request, and whether they may. */
export interface Access {
  /** What the `lpv_` token of a voter says. @throws PollError `UNAUTHENTICATED` */
  requireVoter(request: HttpRequest): Promise<VoterPass>
  /**
   * Who wants to vote: whoever is signed in with the host, whatever token is shown with it; else the holder of a token
   * that comes from no session; undefined for anyone else.
   * @throws PollError `UNAUTHENTICATED` for a token that is not valid, or whose session is over
   */
  findVoter(request: HttpRequest): Promise<VoterPass | undefined>
  /**
   * @returns the organizer's id, or null for the admin key
   * @throws PollError `UNAUTHENTICATED`, `FORBIDDEN`; `POLL_NOT_FOUND` for who may not see the poll
   */
  requireOrganizer(request: HttpRequest, action: OrganizerAction, pollId?: string): Promise<string | null>
  /**
   * Who wants to see polls that are not all public: a voter, by token; an organizer, by admin key or by the host's
   * `authorize`, which is asked only where there are credentials for it; or anyone.
   * @returns what they are to each poll
   * @throws PollError `UNAUTHENTICATED` for a token or key that is not valid
   */
  findViewer(request: HttpRequest): Promise<ViewerOf>
}

export type ViewerOf = (poll: AuthorizedPoll) => Promise<Viewer>

export interface Viewer extends Asker {
  /** Whether they see results that others may not. */
  readonly isOrganizer: boolean
  /** Whether the poll is there for them. */
  readonly mayView: boolean
}

export interface AccessParts {
  readonly identify?: Identify | undefined
  readonly authorize?: Authorize | undefined
  readonly adminKey?: string | undefined
  readonly tokens: Pick<Tokens, 'readVoterToken'>
  readonly origins: Pick<Origins, 'isTrusted'>
  readonly sessions: Pick<Sessions, 'hasEnded'>
  readonly mayView: MayView
  /** A poll as far as `authorize` is told of it; undefined when there is none. */
  readonly findPoll: (pollId: string) => Promise<AuthorizedPoll | undefined>
}

export function createAccess(parts: AccessParts): Access {
  const { authorize, adminKey } = parts

  async function readToken(credential: string): Promise<VoterPass> {
    const pass = parts.tokens.readVoterToken(credential)
    if (!pass) throw pollError('UNAUTHENTICATED', {}, 'The voter token is not valid, or has expired.')
    if (pass.session && (await parts.sessions.hasEnded(pass.session))) throw signedOut()
    return pass
  }

  async function hostUser(request: HttpRequest): Promise<HostUser | undefined> {
    const raw = showsVisitor(request) ? request.raw : undefined
    const user = await parts.identify?.({ headers: forHost(request), raw })
    if (!user) return undefined
    if (!isVoterName(user.id)) throw new Error('identify() must return { id } with a text of 1 to 200 characters.')
    if (user.session !== undefined && typeof user.session !== 'string') {
      throw new Error('identify() must return a text as session, or none.')
    }
    return user
  }

  /**
   * What the host is shown: a page that is not trusted speaks for itself, never with what its visitor's browser sends along;
   * and our own credentials are no affair of the host's.
   */
  function forHost(request: HttpRequest): Headers {
    const headers = new Headers(request.headers)
    if (!mayCarryCookies(request, parts.origins)) headers.delete('cookie')
    const isOurs = /^lp[avt]_/.test(bearer(request) ?? '')
    if (isOurs || (sendsByItself(request) && !showsVisitor(request))) headers.delete('authorization')
    return headers
  }

  /** Browsers send what they know for `Basic` or `Negotiate` as they send cookies; a page alone sends a `Bearer`. */
  function sendsByItself({ headers }: HttpRequest): boolean {
    return !/^bearer /i.test(headers.get('authorization') ?? '')
  }

  /** Whether all that came with a request may count: of a page, as its cookies may; of no page, all but cookies. */
  function showsVisitor(request: HttpRequest): boolean {
    if (mayCarryCookies(request, parts.origins)) return true
    const { origin, fetchSite } = callerOf(request)
    return origin === null && fetchSite === null && !request.headers.has('cookie')
  }

  function isAdmin(credential: string | undefined): boolean {
    if (!credential?.startsWith('lpa_')) return false
    if (adminKey !== undefined && isSameText(credential, adminKey)) return true
    throw pollError('UNAUTHENTICATED', {}, 'The admin key is not valid.')
  }

  return {
    async requireVoter(request) {
      const credential = bearer(request)
      if (!credential?.startsWith('lpv_')) throw pollError('UNAUTHENTICATED')
      return readToken(credential)
    },

    async findVoter(request) {
      const user = await hostUser(request)
      if (user) return { voter: { kind: 'user', id: user.id }, session: user.session ?? '' }
      const credential = bearer(request)
      if (!credential?.startsWith('lpv_')) return undefined
      const pass = await readToken(credential)
      if (pass.session !== undefined) throw signedOut()
      return pass
    },

    async requireOrganizer(request, action, pollId) {
      const credential = bearer(request)
      if (isAdmin(credential)) return null
      if (credential?.startsWith('lpv_')) throw pollError('FORBIDDEN', {}, 'A voter may not do this.')
      const user = await hostUser(request)
      const headers = forHost(request)
      const poll = pollId === undefined || !authorize ? undefined : await parts.findPoll(pollId)
      const mayDo = async (about?: AuthorizedPoll) =>
        (await authorize?.({ action, user, poll: about, headers })) === true
      if ((pollId === undefined || poll) && (await mayDo(poll))) return user?.id ?? null
      const isThere = pollId === undefined || !authorize || (poll && (await parts.mayView(poll, { user, headers })))
      // Of a poll that is not there for them nobody learns anything, not even what else is wrong with the request.
      if (!isThere && (user || (await mayDo()))) throw pollError('POLL_NOT_FOUND')
      throw user ? pollError('FORBIDDEN') : pollError('UNAUTHENTICATED', {}, signInAdvice)
    },

    async findViewer(request) {
      const credential = bearer(request)
      if (isAdmin(credential)) return async () => ({ isOrganizer: true, mayView: true })
      const headers = forHost(request)
      if (credential?.startsWith('lpv_')) {
        const pass = await readToken(credential)
        return async (poll) => ({ pass, isOrganizer: false, mayView: await parts.mayView(poll, { pass, headers }) })
      }
      const isKnown = headers.has('authorization') || headers.has('cookie')
      const user = isKnown ? await hostUser(request) : undefined
      return async (poll) => {
        const isOrganizer = isKnown && Boolean(await authorize?.({ action: 'viewResults', user, poll, headers }))
        const mayView = isOrganizer || (await parts.mayView(poll, { user, headers }))
        return { user, isOrganizer, mayView }
      }
    },
  }
}

const signInAdvice =
  'Sign in as an organizer. A page that signs in with cookies sends its own Origin and "live-poll-client: 1".'

function signedOut() {
  return pollError('UNAUTHENTICATED', {}, 'You have signed out; POST /voters without the token.')
}

/** The scheme's name may be written in any case (RFC 9110, section 11.1). */
export function bearer(request: HttpRequest): string | undefined {
  return /^bearer +([^\s]+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

function isSameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
