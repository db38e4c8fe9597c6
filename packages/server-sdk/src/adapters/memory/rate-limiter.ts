import { TokenBucket } from '../../domain/token-bucket.ts'
import type { RateLimiter } from '../../ports/rate-limiter.ts'

/** Names remembered; beyond it the one that was idle longest goes. */
const capacity = 100_000

/** A limit for one process. A name that has been idle until its bucket is full is forgotten. */
export function createMemoryRateLimiter(perSecond: number, burst: number): RateLimiter {
  const names = new Map<string, { readonly bucket: TokenBucket; readonly at: number }>()
  const fullAfter = (burst / perSecond) * 1000

  function forget(now: number) {
    for (const [name, { at }] of names) {
      if (names.size <= capacity && now - at <= fullAfter) return
      names.delete(name)
    }
  }

  return {
    async take(name) {
      const now = performance.now()
      const bucket = names.get(name)?.bucket ?? new TokenBucket(perSecond, burst)
      names.delete(name) // so that it goes to the end of the insertion order
      names.set(name, { bucket, at: now })
      forget(now)
      return bucket.take(now)
    },
  }
}
