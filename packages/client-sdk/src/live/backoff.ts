/**
 * When to try again, after each failure in a row: anything from nothing to a bound of 0.5 s that doubles each time, 30 s
 * at most. "Full jitter" keeps a crowd that lost its server together from coming back together:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export interface Retries {
  /** Whether a good line was lost, or the device woke up, less than a minute ago. */
  isEager(): boolean
  /** The wait before the next attempt, in ms. */
  next(): number
  /**
   * A line was up: for a minute the bound is 1.5 s at most, so that it is back soon after it can be.
   * @param lasted For how long, in ms; left out, long enough. After one that lasted 10 s the waits begin anew; after any
   * other they go on growing, and the minute is granted once.
   */
  hurry(lasted?: number): void
  /** The server is there and asks for patience: hurry no more. */
  calm(): void
}

export function createRetries(): Retries {
  const FIRST = 500
  const MOST = 30_000
  const MOST_EAGER = 1500
  const EAGER_FOR = 60_000
  const STEADY_AFTER = 10_000

  let bound = FIRST
  let eagerUntil = 0
  let mayHurry = true
  const isEager = () => performance.now() < eagerUntil

  return {
    isEager,
    next() {
      const within = Math.min(bound, isEager() ? MOST_EAGER : MOST)
      bound = within * 2
      return Math.random() * within
    },
    hurry(lasted = STEADY_AFTER) {
      const wasSteady = lasted >= STEADY_AFTER
      if (wasSteady) bound = FIRST
      if (wasSteady || mayHurry) eagerUntil = performance.now() + EAGER_FOR
      mayHurry = wasSteady
    },
    calm() {
      eagerUntil = 0
    },
  }
}
