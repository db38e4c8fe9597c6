import type { Account } from '@live-poll/client-sdk/protocol'
import { PollError, pollError } from '@live-poll/client-sdk/protocol'
import type {
  AccountRequest,
  AccountSession,
  Accounts,
  AccountsSite,
  OpenAccounts,
  SignedIn,
} from '../../ports/accounts.ts'
import type { SqlConnection } from '../../ports/database.ts'
import { hasAccount, isOrganizer, readEndedSessions, setAccountRole } from './account-rows.ts'
import { createAttempts } from './attempts.ts'
import { addressTaken, createCalls } from './call-auth.ts'
import { checkColumns } from './check-columns.ts'
import { type Auth, type AuthParts, authOptions, createAuth } from './create-auth.ts'
import { loadBetterAuth } from './load-better-auth.ts'
import { hashBeforehand, inTurn } from './password-hashing.ts'

/** Who may make an account, and how long sessions last. */
export interface AccountsOptions {
  /** Whether anyone may make an account. @default true */
  readonly allowsSignUp?: boolean
  /** Milliseconds that a session lives after it was last used, to a seventh of that. @default 604800000, a week */
  readonly sessionLife?: number
  /**
   * Attempts a minute from one address to sign up, as many at once; the same to sign in, and to change a password. A hall
   * may stand behind one address. At one e-mail from one address it is one a minute, 10 at once, besides. @default 120
   */
  readonly attemptsPerMinute?: number
}

/**
 * Accounts for a host that has no sign-in of its own: sign up, sign in, sign out, session and password under
 * `<basePath>/accounts`, through better-auth on Live Poll's database. Who is signed in is the voter, and by role an
 * organizer. E-mail addresses are not verified.
 *
 * @throws Error for an option that cannot work
 * @example createLivePoll({ database: postgres({ pool }), secret, accounts: accounts() })
 */
export function accounts({
  allowsSignUp = true,
  sessionLife = 7 * 24 * 60 * 60 * 1000,
  attemptsPerMinute = 120,
}: AccountsOptions = {}): Accounts {
  if (!Number.isSafeInteger(sessionLife) || sessionLife < 60_000) {
    throw new Error('accounts: sessionLife: send whole milliseconds, at least 60000.')
  }
  if (!Number.isSafeInteger(attemptsPerMinute) || attemptsPerMinute < 1) {
    throw new Error('accounts: attemptsPerMinute: send a whole number from 1.')
  }
  return {
    name: 'better-auth',
    open: (connection, site) =>
      openAccounts(connection, site, { allowsSignUp, sessionLife: Math.floor(sessionLife / 1000), attemptsPerMinute }),
  }
}

type Settings = Pick<AuthParts, 'allowsSignUp' | 'sessionLife'> & { readonly attemptsPerMinute: number }

async function openAccounts(
  connection: SqlConnection,
  site: AccountsSite,
  { attemptsPerMinute, ...settings }: Settings,
): Promise<OpenAccounts> {
  const betterAuth = await loadBetterAuth()
  const attempts = createAttempts(site, attemptsPerMinute)
  const listeners = new Set<(session: string) => void>()
  const parts: AuthParts = {
    ...settings,
    betterAuth,
    connection,
    site,
    hashing: hashBeforehand(inTurn({ hash: betterAuth.hashPassword, verify: betterAuth.verifyPassword })),
    onSessionDeleted(id) {
      for (const tell of listeners) tell(id)
    },
  }
  checkColumns(betterAuth, authOptions(parts, true))
  const auths = { https: createAuth(parts, true), http: createAuth(parts, false) }
  const { send, readSession } = createCalls(parts)
  await auths.https.$context

  const authOf = (request: Pick<AccountRequest, 'cookie' | 'origin'>) => auths[schemeOf(request)]

  /** Someone who signs in as another is no longer the first, in any tab and on any connection. */
  async function replacing(request: AccountRequest, sign: (auth: Auth) => Promise<SignedIn>): Promise<SignedIn> {
    const auth = authOf(request)
    const before = await readSession(auth, request, { refreshes: false })
    const signedIn = await sign(auth)
    if (before.token !== undefined) await (await auth.$context).internalAdapter.deleteSession(before.token)
    return signedIn
  }

  return {
    async signUp(input, request) {
      await attempts.count('sign-up', request)
      return replacing(request, (auth) =>
        send(auth, '/sign-up/email', input, request).catch(async (error) => {
          // Two at once: both looked, and the second found the address taken when it wrote. That is told like any failure.
          if (!(error instanceof PollError) && (await hasAccount(connection, input.email))) throw addressTaken()
          throw error
        }),
      )
    },
    async signIn(input, request) {
      await attempts.count('sign-in', request, input.email)
      return replacing(request, (auth) => send(auth, '/sign-in/email', input, request))
    },
    async signOut(request) {
      const { setCookie } = await send(authOf(request), '/sign-out', {}, request)
      return setCookie
    },
    async changePassword({ current, next }, request) {
      const auth = authOf(request)
      const { found } = await readSession(auth, request, { refreshes: false })
      if (!found) throw pollError('UNAUTHENTICATED', {}, 'Sign in first.')
      await attempts.count('password', request, found.account.email)
      const body = { currentPassword: current, newPassword: next, revokeOtherSessions: true }
      return send(auth, '/change-password', body, request)
    },
    async renew(request) {
      const { found, setCookie } = await readSession(authOf(request), request, { refreshes: true })
      return found && { ...found, setCookie }
    },
    async identify(request): Promise<AccountSession | undefined> {
      return (await readSession(authOf(request), request, { refreshes: false })).found
    },
    endedSessions: (sessions) => connection.use(() => readEndedSessions(connection, sessions)),
    onSessionEnd(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    isOrganizer: (id) => connection.use(() => isOrganizer(connection, id)),
    setRole: (email, role: Account['role']) => connection.use(() => setAccountRole(connection, email, role)),
    async deleteAccount(id) {
      const { internalAdapter } = await auths.https.$context
      await connection.use(() => internalAdapter.deleteUser(id))
    },
  }
}

/**
 * Behind a proxy that ends TLS only the browser knows the scheme: a page's `Origin` tells it. Where there is none, as in
 * a page's GET to its own server, the name of its cookie does.
 */
function schemeOf({ cookie, origin }: Pick<AccountRequest, 'cookie' | 'origin'>): 'https' | 'http' {
  if (origin !== null) return origin.startsWith('https://') ? 'https' : 'http'
  return cookie?.includes('__Secure-live-poll.') ? 'https' : 'http'
}
