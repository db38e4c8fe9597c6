import { createHmac, randomBytes } from 'node:crypto'

export interface AttemptRule {
  /** Seconds. */
  readonly window: number
  /** Attempts in one window. */
  readonly max: number
}

export interface Attempts {
  /**
   * Counts an attempt, unless there have been enough of them.
   * @returns `retryAfter`: seconds until one is allowed again, null where this one is
   */
  consume(from: string, rule: AttemptRule): { readonly allowed: boolean; readonly retryAfter: number | null }
}

/** Keys that are remembered; beyond, the oldest are forgotten. */
const mostKeys = 100_000

/** Attempts in fixed windows, in the memory of this node only, and there under a keyed hash of what they came from. */
export function createAttempts(now: () => number = Date.now): Attempts {
  const salt = randomBytes(32)
  const windows = new Map<string, { readonly endsAt: number; count: number }>()

  /** Windows are kept in the order of their beginning. */
  function forget() {
    for (const [key, { endsAt }] of windows) {
      if (endsAt > now() && windows.size <= mostKeys) break
      windows.delete(key)
    }
  }

  return {
    consume(from, { window, max }) {
      const key = createHmac('sha256', salt).update(from).digest('base64url')
      const known = windows.get(key)
      if (known && known.endsAt > now()) {
        if (known.count >= max) return { allowed: false, retryAfter: Math.ceil((known.endsAt - now()) / 1000) }
        known.count++
        return { allowed: true, retryAfter: null }
      }
      windows.delete(key)
      windows.set(key, { endsAt: now() + window * 1000, count: 1 })
      forget()
      return { allowed: true, retryAfter: null }
    },
  }
}
