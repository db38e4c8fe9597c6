import { Cluster, Redis } from 'ioredis'
import { describe } from 'vitest'
import { type OwnServer, startOwnServer } from './own-server.ts'
import { untilInDatabase } from './postgres-gate.ts'
import { clusterPort, findRedisPrograms } from './redis-programs.ts'

/** Whether tests may count on Redis: without it they are skipped, or under CI=true fail. */
export const hasRedis = () => findRedisPrograms() !== undefined || process.env.CI === 'true'

const isSkipped = !hasRedis()
if (isSkipped) console.warn('Skipping tests that need Redis. To run them: apt-get install redis-server')

/** As `describe`. Without Redis it is skipped, or under CI=true fails. */
export const describeOnRedis = describe.skipIf(isSkipped)

export interface TestRedis extends OwnServer {
  readonly url: string
  /** The test's own way into it. Commands wait for it while it is away. */
  readonly client: Redis
}

/** Starts a Redis of the test's own. @throws where it is not installed */
export async function startRedis(...settings: readonly string[]): Promise<TestRedis> {
  const programs = findRedisPrograms(settings)
  if (!programs) throw new Error('These tests need Redis: apt-get install redis-server')
  const server = await startOwnServer(programs)
  const client = new Redis(server.port, '127.0.0.1', { maxRetriesPerRequest: null }).on('error', () => {})
  return {
    ...server,
    get port() {
      return server.port
    },
    client,
    url: `redis://127.0.0.1:${server.port}`,
    async stop() {
      client.disconnect()
      await server.stop()
    },
  }
}

export interface TestCluster {
  readonly masters: readonly TestRedis[]
  /** The test's own way into it. */
  readonly client: Cluster
  stop(): Promise<void>
}

const slots = 16_384

/** Starts a Redis Cluster of three masters. @throws where Redis is not installed */
export async function startRedisCluster(): Promise<TestCluster> {
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000']
  const masters = await Promise.all([1, 2, 3].map(() => startRedis(...settings)))
  const startOf = (index: number) => Math.floor((index * slots) / masters.length)
  await Promise.all(
    masters.map(async ({ client }, index) => {
      await client.call('CLUSTER', 'ADDSLOTSRANGE', startOf(index), startOf(index + 1) - 1)
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
    }),
  )
  const [first, ...others] = masters
  for (const { port } of others) await first?.client.call('CLUSTER', 'MEET', '127.0.0.1', port, clusterPort(port))
  await untilInDatabase('the cluster is whole', async () => {
    const seen = await Promise.all(masters.map(({ client }) => client.cluster('INFO')))
    return seen.every((info) => /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(info)))
  })
  const client = new Cluster(masters.map(({ port }) => ({ host: '127.0.0.1', port }))).on('error', () => {})
  return {
    masters,
    client,
    async stop() {
      client.disconnect()
      await Promise.all(masters.map(({ stop }) => stop()))
    },
  }
}
