import type { RateLimiter } from '../../ports/rate-limiter.ts'
import { createMemoryRateLimiter } from '../memory/rate-limiter.ts'
import type { Connections } from './connect.ts'
import type { Health } from './health.ts'
import { takeToken } from './scripts/take-token.ts'

/** @param prefix of its keys, one limit each */
export function createRedisRateLimiter(
  { commands }: Connections,
  health: Health,
  prefix: string,
  perSecond: number,
  burst: number,
): RateLimiter {
  const own = createMemoryRateLimiter(perSecond, burst)
  return {
    async take(name) {
      try {
        return Number(await commands.eval(takeToken, 1, `${prefix}${name}`, perSecond, burst))
      } catch (error) {
        health.failed(error)
        return own.take(name)
      }
    },
  }
}
