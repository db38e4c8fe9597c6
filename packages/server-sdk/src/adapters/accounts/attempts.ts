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
  consume(key: string, rule: AttemptRule): { readonly allowed: boolean; readonly retryAfter: number | null }
}

/** Keys that are remembered; beyond, the oldest are forgotten. */
const mostKeys = 100_000

/** Attempts in fixed windows, in the memory of this node only: no address and no e-mail is written down anywhere. */
export function createAttempts(now: () => number = Date.now): Attempts {
  const windows = new Map<string, { readonly endsAt: number; count: number }>()

  /** Windows are kept in the order of their beginning. */
  function forget() {
    for (const [key, { endsAt }] of windows) {
      if (endsAt > now() && windows.size <= mostKeys) break
      windows.delete(key)
    }
  }

  return {
    consume(key, { window, max }) {
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
