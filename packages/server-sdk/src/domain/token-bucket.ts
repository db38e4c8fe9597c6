/**
 * A token bucket: `perSecond` on average, `burst` at once. A class, and of one number that changes, since each connection
 * and each network has one.
 */
export class TokenBucket {
  readonly #perSecond: number
  readonly #burst: number
  /** When it will be full again, in milliseconds. */
  #fullAt = 0

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond
    this.#burst = burst
  }

  /** @returns 0 if one more is fine, else the milliseconds to wait */
  take(now: number): number {
    const perToken = 1000 / this.#perSecond
    const fullAt = Math.max(this.#fullAt, now) + perToken
    const missing = fullAt - now - this.#burst * perToken
    if (missing > rounding) return Math.ceil(missing)
    this.#fullAt = fullAt
    return 0
  }

  /** Whether it is as a new one. */
  isFull(now: number): boolean {
    return now >= this.#fullAt
  }
}

/** Milliseconds: so little is missing only since fractions do not add up. */
const rounding = 1e-6
