import { afterAll, beforeAll, expect } from 'vitest'
import { describeOnRedis, startRedis, startRedisCluster, type TestCluster, type TestRedis } from '../servers/redis.ts'
import { openTwoFleets } from '../servers/redis-fleets.ts'
import { type BusUnderTest, describeResultsBus } from './results-bus.suite.ts'

async function busOn(client: Parameters<typeof openTwoFleets>[0]): Promise<BusUnderTest> {
  const { fleets, logger, close } = await openTwoFleets(client)
  return {
    nodes: [fleets[0].results, fleets[1].results],
    hasGaps: true,
    async close() {
      await close()
      expect([...logger.warnings, ...logger.errors]).toEqual([])
    },
  }
}

describeOnRedis('one Redis', () => {
  let server: TestRedis
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  describeResultsBus('Redis', () => busOn(server.client))
})

describeOnRedis('three masters', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await startRedisCluster()
  })
  afterAll(() => cluster?.stop())

  describeResultsBus('Redis Cluster', () => busOn(cluster.client))
})
