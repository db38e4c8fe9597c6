/** A token bucket: `perSecond` on average, `burst` at once. */
export interface TokenBucket {
  /** @returns 0 if one more is fine, else the milliseconds to wait */
  take(now: number): number
}

export function createTokenBucket(perSecond: number, burst: number): TokenBucket {
  let tokens = burst
  let last = 0
  return {
    take(now) {
      tokens = Math.min(burst, tokens + ((now - last) / 1000) * perSecond)
      last = now
      if (tokens < 1) return Math.ceil(((1 - tokens) / perSecond) * 1000)
      tokens--
      return 0
    },
  }
}
