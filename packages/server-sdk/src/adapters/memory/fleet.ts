import type { Fleet } from '../../ports/fleet.ts'
import { createMemoryRateLimiter } from './rate-limiter.ts'
import { createMemoryBus } from './results-bus.ts'

/** A fleet of one process. */
export function memory(): Fleet {
  return {
    name: 'memory',
    open: async () => ({
      results: createMemoryBus(),
      signals: { send() {}, onSignal: () => () => {} },
      createRateLimiter: (_, perSecond, burst) => createMemoryRateLimiter(perSecond, burst),
      problem: () => undefined,
      close: async () => {},
    }),
  }
}
