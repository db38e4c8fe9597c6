import { type Issue, pollError } from '@live-poll/client-sdk/protocol'
import { readPasswordChange, readSignIn, readSignUp } from '../domain/account-input.ts'
import { networkOf } from '../identity/network.ts'
import type { AccountRequest, OpenAccounts, SignedIn } from '../ports/accounts.ts'
import type { HttpReply, HttpRequest } from './http-message.ts'
import { mayCarryCookies } from './may-carry-cookies.ts'
import { callerOf, type Origins } from './origins.ts'
import { readJson } from './read-json.ts'
import { json } from './respond.ts'
import type { Route } from './route.ts'

export interface AccountRouteParts {
  readonly accounts: OpenAccounts
  readonly origins: Origins
  /** The address that asks, as far as it can be trusted. */
  readonly addressOf: (request: HttpRequest) => string | undefined
}

/** Accounts under `/accounts`: whoever signs in is the voter, and may be an organizer. */
export function createAccountRoutes({ accounts, origins, addressOf }: AccountRouteParts): readonly Route[] {
  const toAccountRequest = (request: HttpRequest): AccountRequest => ({
    cookie: mayCarryCookies(request, origins) ? request.headers.get('cookie') : null,
    origin: request.headers.get('origin'),
    address: networkOf(addressOf(request), 32),
  })

  /** A form of another site can be neither sent in a visitor's name nor sign them in as someone else. */
  function fromOwnPage(request: HttpRequest): AccountRequest {
    const caller = callerOf(request)
    const { origin } = caller
    if (origin !== null && !origins.isTrusted(caller)) throw pollError('ORIGIN_NOT_ALLOWED')
    if (origin === null || !mayCarryCookies(request, origins)) {
      throw pollError('FORBIDDEN', {}, 'A page of this site sends its own Origin and "live-poll-client: 1".')
    }
    return toAccountRequest(request)
  }

  return [
    {
      method: 'POST',
      path: '/accounts/sign-up',
      actions: ['useAccount'],
      async handle(request) {
        const own = fromOwnPage(request)
        const input = checked(readSignUp(await readJson(request)))
        return signedIn(201, await accounts.signUp(input, own))
      },
    },
    {
      method: 'POST',
      path: '/accounts/sign-in',
      actions: ['useAccount'],
      async handle(request) {
        const own = fromOwnPage(request)
        const input = checked(readSignIn(await readJson(request)))
        return signedIn(200, await accounts.signIn(input, own))
      },
    },
    {
      method: 'POST',
      path: '/accounts/sign-out',
      actions: ['useAccount'],
      async handle(request) {
        const setCookie = await accounts.signOut(fromOwnPage(request))
        return { status: 204, headers: { 'cache-control': 'no-store', 'set-cookie': setCookie }, body: null }
      },
    },
    {
      method: 'GET',
      path: '/accounts/session',
      actions: ['useAccount'],
      async handle(request) {
        const session = await accounts.renew(toAccountRequest(request))
        const answer = { account: session?.account ?? null }
        return session?.setCookie === undefined
          ? json(200, answer)
          : json(200, answer, { 'set-cookie': session.setCookie })
      },
    },
    {
      method: 'POST',
      path: '/accounts/password',
      actions: ['useAccount'],
      async handle(request) {
        const own = fromOwnPage(request)
        const input = checked(readPasswordChange(await readJson(request)))
        return signedIn(200, await accounts.changePassword(input, own))
      },
    },
  ]
}

function signedIn(status: number, { account, setCookie }: SignedIn): HttpReply {
  return json(status, { account }, { 'set-cookie': setCookie })
}

function checked<T>(
  read: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly Issue[] },
): T {
  if (read.ok) return read.value
  throw pollError('INVALID', { issues: read.issues }, read.issues[0]?.message)
}
