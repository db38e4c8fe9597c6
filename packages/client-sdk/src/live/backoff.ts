const FIRST = 500
const CAP = 30_000
/** Of attempts whose bound is 2 s: none waits longer while the loss of a good line is fresh. */
const EAGER_ATTEMPT = 2
const EAGER_FOR = 60_000

/**
 * How long to wait before attempt `attempt` (0 for the first retry), in ms: anything from nothing to a bound that
 * doubles each time, 30 s at most. "Full jitter" keeps a crowd that lost its server together from coming back together:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(CAP, FIRST * 2 ** attempt)
}

/** When to try again, after each failure in a row. */
export interface Retries {
  /** Whether a good line was lost, or the device woke up, less than a minute ago. */
  readonly isEager: boolean
  /** The wait before the next attempt, in ms. */
  next(): number
  /** The line was good: begin anew, and for a minute wait 2 s at most, so that it is back soon after it can be. */
  begin(): void
  /** As `begin`, but the waits go on growing from where they were; and once only, until `begin`. */
  hurry(): void
  /** The server is there and asks for patience: hurry no more. */
  calm(): void
}

export function createRetries(): Retries {
  let attempt = 0
  let eagerUntil = 0
  let mayHurry = true
  const isEager = () => performance.now() < eagerUntil

  return {
    get isEager() {
      return isEager()
    },
    next() {
      if (isEager()) attempt = Math.min(attempt, EAGER_ATTEMPT)
      return backoff(attempt++)
    },
    begin() {
      attempt = 0
      mayHurry = true
      eagerUntil = performance.now() + EAGER_FOR
    },
    hurry() {
      if (mayHurry) eagerUntil = performance.now() + EAGER_FOR
      mayHurry = false
    },
    calm() {
      eagerUntil = 0
    },
  }
}
