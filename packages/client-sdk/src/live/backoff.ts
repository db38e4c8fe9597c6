const FIRST = 500
const CAP = 30_000

/**
 * How long to wait before attempt `attempt` (0 for the first retry), in ms: anything from nothing to a bound that
 * doubles each time, 30 s at most. "Full jitter" keeps a crowd that lost its server together from coming back together:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(CAP, FIRST * 2 ** attempt)
}
