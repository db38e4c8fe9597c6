/** A token bucket: `perSecond` on average, `burst` at once. */
export interface MessageRate {
  /** @returns 0 if one more is fine, else the milliseconds to wait */
  take(now: number): number
}

export function createMessageRate(perSecond: number, burst: number): MessageRate {
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
