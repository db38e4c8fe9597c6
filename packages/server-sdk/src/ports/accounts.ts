import type { Account, PasswordChange, SignInInput, SignUpInput } from '@live-poll/client-sdk/protocol'
import type { SqlConnection } from './database.ts'
import type { Logger } from './logger.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** Accounts of a host without a sign-in of its own, not yet open. */
export interface Accounts {
  /** The technology, as in `better-auth`. */
  readonly name: string
  /** @throws Error that says what to install or to change; what the database says */
  open(connection: SqlConnection, site: AccountsSite): Promise<OpenAccounts>
}

export interface AccountsSite {
  /** The path that cookies are for, as in `/live-poll`. */
  readonly basePath: string
  /** Signs the cookies: 32 bytes for this purpose alone. */
  readonly key: Uint8Array
  readonly logger: Logger
  /**
   * A limit that all nodes keep together, as a fleet's. Where it is kept, nothing tells what a name stands for.
   * @param name of what is limited, one limiter each
   */
  createRateLimiter(name: string, perSecond: number, burst: number): RateLimiter
}

/** What of a request the accounts may know. */
export interface AccountRequest {
  /** The header `Cookie`, null where there is none or where it must not count. */
  readonly cookie: string | null
  /** The header `Origin`: cookies are `Secure` where it begins with `https:`. */
  readonly origin: string | null
  /** The address that asks, as far as it can be trusted, of IPv6 its network: for limits only. */
  readonly address: string
}

/** An account that is signed in, and the header `Set-Cookie` that says so. */
export interface SignedIn {
  readonly account: Account
  readonly setCookie: string
}

/** Who asks, by the cookie of a session that has not ended. */
export interface AccountSession {
  readonly account: Account
  /** Names the session; it is no secret. */
  readonly session: string
}

/**
 * Whoever calls the first four has made sure that a page of this site asks: here cookies count as they come. Inputs have
 * been read by `domain/account-input`. Each rejects with a PollError: `UNAVAILABLE` while the database does not answer,
 * `BUSY` while too many passwords are being hashed, and what it names itself.
 */
export interface OpenAccounts {
  /**
   * Makes an account and signs it in, both or nothing. The session that the cookie names ends.
   * @throws INVALID for an address that has an account · FORBIDDEN where sign-ups are closed · RATE_LIMITED
   */
  signUp(input: SignUpInput, request: AccountRequest): Promise<SignedIn>
  /**
   * The session that the cookie names ends, whoever's it is.
   * @throws UNAUTHENTICATED, the same for a wrong address and a wrong password · RATE_LIMITED
   */
  signIn(input: SignInInput, request: AccountRequest): Promise<SignedIn>
  /** Ends the session, if there is one. Safe to repeat. @returns the header `Set-Cookie` that forgets it */
  signOut(request: AccountRequest): Promise<string>
  /**
   * Ends every session of the account and begins a new one for who asks.
   * @throws UNAUTHENTICATED · INVALID for a wrong current password · RATE_LIMITED
   */
  changePassword(input: PasswordChange, request: AccountRequest): Promise<SignedIn>
  /** Who is signed in. A session that is used lives on: then there is a header `Set-Cookie` for the answer. */
  renew(request: AccountRequest): Promise<(AccountSession & { readonly setCookie: string | undefined }) | undefined>
  /** Who is signed in; changes nothing. */
  identify(request: Pick<AccountRequest, 'cookie' | 'origin'>): Promise<AccountSession | undefined>
  /** @returns those of the sessions that have ended or are not known. One query, whatever their number up to 10,000. */
  endedSessions(sessions: readonly string[]): Promise<readonly string[]>
  /**
   * Tells of each session that ends on this node, once that is committed.
   * @returns stops it
   */
  onSessionEnd(listener: (session: string) => void): () => void
  /** Whether there is such an account and it has that role, at this moment. */
  isOrganizer(id: string): Promise<boolean>
  /** At once: the role is read anew with every request. @returns whether there is such an account */
  setRole(email: string, role: Account['role']): Promise<boolean>
  /** Deletes the account with its password, and ends its sessions. Safe to repeat. */
  deleteAccount(id: string): Promise<void>
}
