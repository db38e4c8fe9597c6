import { pollError } from '@live-poll/client-sdk/protocol'
import type { AccountRequest, AccountsSite } from '../../ports/accounts.ts'
import type { RateLimiter } from '../../ports/rate-limiter.ts'

/** A day has no more guesses at one account from one address than 1,450. */
const onOneEmail = { perSecond: 1 / 60, burst: 10 }

/** What people try at an account. */
export interface Attempts {
  /**
   * Counts one.
   * @param email of the account, where there may be one to guess at
   * @throws RATE_LIMITED: there have been enough of them
   */
  count(what: 'sign-up' | 'sign-in' | 'password', request: AccountRequest, email?: string): Promise<void>
}

/** @param perMinute from one address, of each kind */
export function createAttempts({ createRateLimiter }: AccountsSite, perMinute: number): Attempts {
  const fromAddress = createRateLimiter('attempts', perMinute / 60, perMinute)
  const atEmail = createRateLimiter('attempts-at-email', onOneEmail.perSecond, onOneEmail.burst)

  return {
    async count(what, { address }, email) {
      if (email !== undefined) await take(atEmail, `${address} ${email}`)
      await take(fromAddress, `${what} ${address}`)
    },
  }
}

async function take(limiter: RateLimiter, name: string): Promise<void> {
  const retryAfter = await limiter.take(name)
  if (retryAfter > 0) throw pollError('RATE_LIMITED', { retryAfter })
}
