import { type Account, PollError, pollError } from '@live-poll/client-sdk/protocol'
import type { AccountRequest, AccountSession, SignedIn } from '../../ports/accounts.ts'
import { type Auth, type AuthParts, innerOrigin } from './create-auth.ts'

interface ReadSession {
  readonly found: AccountSession | undefined
  /** The session's secret. */
  readonly token: string | undefined
  readonly setCookie: string | undefined
}

type User = Record<'id' | 'email' | 'name', string> & { readonly role?: unknown }

/** What better-auth says of a request's body, in our words. Its codes are in its `core/src/error/codes.ts`. */
const answers: Readonly<Record<string, () => PollError>> = {
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: () => addressTaken(),
  INVALID_EMAIL: () => invalid('email', 'Send an e-mail address.'),
  INVALID_EMAIL_OR_PASSWORD: () => pollError('UNAUTHENTICATED', {}, 'The e-mail address or the password is wrong.'),
  INVALID_PASSWORD: () => invalid('current', 'This is not the password.'),
  EMAIL_PASSWORD_SIGN_UP_DISABLED: () => pollError('FORBIDDEN', {}, 'Nobody can sign up here.'),
  UNAUTHORIZED: () => pollError('UNAUTHENTICATED', {}, 'Sign in first.'),
}

export function createCalls({
  betterAuth,
  connection,
  hashing,
}: Pick<AuthParts, 'betterAuth' | 'connection' | 'hashing'>) {
  const { isAPIError } = betterAuth

  /** Errors of the database come wrapped now and then; ours come as they are. */
  async function onDatabase<T>(work: () => Promise<T>): Promise<T> {
    let refusal: PollError | undefined
    const value = await connection.use(async () => {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof PollError)) throw isAPIError(error) && error.cause ? error.cause : error
        refusal = error
        return undefined
      }
    })
    if (refusal) throw refusal
    return value as T
  }

  /** Sends what only a page of this site may send. @throws PollError */
  async function send(auth: Auth, path: string, body: object, request: AccountRequest): Promise<SignedIn> {
    const response = await onDatabase(() => hashing.inWork(() => auth.handler(toRequest(path, body, request))))
    const answer = (await response.json()) as { readonly code?: string; readonly user?: User }
    if (response.ok) return { account: toAccount(answer.user), setCookie: sessionCookie(response.headers) ?? '' }
    throw answers[answer.code ?? '']?.() ?? new Error(`better-auth answered ${response.status} ${answer.code}.`)
  }

  async function readSession(
    auth: Auth,
    { cookie }: Pick<AccountRequest, 'cookie'>,
    { refreshes }: { readonly refreshes: boolean },
  ): Promise<ReadSession> {
    if (!cookie?.includes('live-poll.session_token='))
      return { found: undefined, token: undefined, setCookie: undefined }
    const { headers, response } = await onDatabase(() =>
      auth.api.getSession({
        headers: new Headers({ cookie }),
        query: { disableRefresh: !refreshes },
        returnHeaders: true,
      }),
    )
    return {
      found: response ? { account: toAccount(response.user), session: response.session.id } : undefined,
      token: response?.session.token,
      setCookie: sessionCookie(headers),
    }
  }

  return { send, readSession }
}

/** Nothing of the visitor but what is needed: no user agent, and no address. */
function toRequest(path: string, body: object, { cookie }: AccountRequest): Request {
  const headers = new Headers({ 'content-type': 'application/json', origin: innerOrigin })
  if (cookie !== null) headers.set('cookie', cookie)
  return new Request(innerOrigin + path, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** The one cookie that is used: better-auth forgets others along with it. */
function sessionCookie(headers: Headers): string | undefined {
  return headers.getSetCookie().find((cookie) => /^(__Secure-)?live-poll\.session_token=/.test(cookie))
}

function toAccount(user: User | undefined): Account {
  const { id = '', email = '', name = '', role } = user ?? {}
  return { id, email, name, role: role === 'organizer' ? 'organizer' : 'voter' }
}

export function addressTaken(): PollError {
  return invalid('email', 'There is an account with this address.')
}

function invalid(path: string, message: string): PollError {
  return pollError('INVALID', { issues: [{ path, message }] }, message)
}
