import { randomBytes } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { redis } from '../../src/adapters/redis/redis.ts'
import type { OpenFleet } from '../../src/ports/fleet.ts'
import { createRecordingLogger } from '../recording-logger.ts'

/** Two nodes on one Redis, apart from all other tests on it. */
export async function openTwoFleets(client: Redis | Cluster) {
  const logger = createRecordingLogger()
  const prefix = `test-${randomBytes(6).toString('hex')}:`
  const open = () => redis({ client, prefix }).open(logger)
  const fleets: readonly [OpenFleet, OpenFleet] = await Promise.all([open(), open()])
  return {
    ...{ fleets, logger, prefix },
    async close() {
      await Promise.all(fleets.map((fleet) => fleet.close()))
    },
  }
}
