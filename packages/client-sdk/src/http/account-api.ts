import type { Account, PasswordChange, SignInInput, SignUpInput } from '../protocol/accounts.ts'
import { createRequest } from './request.ts'

/**
 * Accounts, where the server has them: who is signed in votes. Every function rejects with a {@link PollError}; what is
 * wrong with an input stands in its `details.issues`. The session is a cookie that no script can read.
 *
 * After any of them but `session` another may be signed in: call the live client's `refresh()` then.
 */
export interface AccountApi {
  /** Makes an account and signs it in. @throws INVALID, also for an address that has an account · FORBIDDEN · RATE_LIMITED */
  signUp(input: SignUpInput): Promise<Account>
  /** @throws UNAUTHENTICATED when address or password is wrong · RATE_LIMITED */
  signIn(input: SignInInput): Promise<Account>
  /** Safe to repeat. */
  signOut(): Promise<void>
  /** Who is signed in; null for nobody. */
  session(): Promise<Account | null>
  /**
   * Signs everybody else out of this account, too.
   * @throws UNAUTHENTICATED · INVALID, with the issue `current` where that is wrong · RATE_LIMITED
   */
  changePassword(change: PasswordChange): Promise<Account>
}

/** Where the server with the accounts is. */
export interface AccountApiOptions {
  /** Absolute base URL of the API, such as `https://my.app/live-poll`: of the page's own site, for the cookie's sake. */
  readonly server: string
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch
}

/** @example const accounts = createAccountApi({ server: 'https://my.app/live-poll' }) */
export function createAccountApi({ server, fetch }: AccountApiOptions): AccountApi {
  const request = createRequest({ server, ...(fetch && { fetch }) })
  const ask = async <T extends Account | null>(method: 'GET' | 'POST', path: string, body?: object) => {
    const call = { asHostUser: true, ...(body && { body }) }
    return (await request<{ readonly account: T }>(method, `/accounts/${path}`, call)).account
  }
  return {
    signUp: ({ email, password, name }) => ask('POST', 'sign-up', { email, password, name }),
    signIn: ({ email, password }) => ask('POST', 'sign-in', { email, password }),
    signOut: () => request('POST', '/accounts/sign-out', { asHostUser: true }),
    session: () => ask('GET', 'session'),
    changePassword: (change) => ask('POST', 'password', change),
  }
}
