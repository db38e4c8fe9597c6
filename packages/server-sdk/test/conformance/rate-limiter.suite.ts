import { afterEach, describe, expect, it, vi } from 'vitest'
import type { RateLimiter } from '../../src/ports/rate-limiter.ts'

/** A limit as two nodes have it. */
export interface LimiterUnderTest {
  /** May be one and the same. */
  readonly nodes: readonly [RateLimiter, RateLimiter]
  close(): Promise<void>
}

/** @param make a new limit on two nodes */
export function describeRateLimiter(
  name: string,
  make: (perSecond: number, burst: number) => Promise<LimiterUnderTest>,
): void {
  describe(`RateLimiter on ${name}`, () => {
    let limiter: LimiterUnderTest
    const hour = 1 / 3600
    const start = async (perSecond: number, burst: number) => {
      limiter = await make(perSecond, burst)
      return limiter.nodes
    }
    afterEach(() => limiter.close())

    it('gives a burst at once, to both nodes together, and not one more', async () => {
      const [here, there] = await start(hour, 50)
      const waits = await Promise.all(Array.from({ length: 100 }, (_, at) => (at % 2 ? here : there).take('hall')))
      expect(waits.filter((wait) => wait === 0)).toHaveLength(50)
    })

    it('keeps names apart', async () => {
      const [here, there] = await start(hour, 1)
      expect(await here.take('hall')).toBe(0)
      expect(await there.take('home')).toBe(0)
      expect(await there.take('hall')).toBeGreaterThan(0)
    })

    it('says in whole milliseconds how long it is until the next one', async () => {
      const [here, there] = await start(hour, 1)
      await here.take('hall')
      const wait = await there.take('hall')
      expect(wait).toBe(Math.ceil(wait))
      expect(wait).toBeGreaterThan(3_590_000)
      expect(wait).toBeLessThanOrEqual(3_600_000)
    })

    it('gives one more in time, however often it has refused', async () => {
      const [here, there] = await start(2, 1)
      await here.take('hall')
      expect(await there.take('hall')).toBeGreaterThan(0)
      await vi.waitFor(async () => expect(await there.take('hall')).toBe(0), { timeout: 5000, interval: 5 })
      expect(await here.take('hall')).toBeGreaterThan(0)
    })
  })
}
