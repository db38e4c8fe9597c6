import { createMemoryRateLimiter } from '../../src/adapters/memory/rate-limiter.ts'
import { describeRateLimiter } from './rate-limiter.suite.ts'

describeRateLimiter('memory', async (perSecond, burst) => {
  const limiter = createMemoryRateLimiter(perSecond, burst)
  return { nodes: [limiter, limiter], close: async () => {} }
})
