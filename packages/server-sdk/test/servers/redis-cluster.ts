import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Cluster } from 'ioredis'
import { expect, vi } from 'vitest'
import { startRedis, type TestRedis } from './redis.ts'

/** A Redis Cluster of three masters with a replica each, as `redis-cli` makes one. */
export interface ReplicatedCluster {
  /** In no order: which of them are masters changes. */
  readonly servers: readonly TestRedis[]
  /** The test's own way into it. */
  readonly client: Cluster
  /** Who answers for a key, while no server is away. */
  masterOf(key: string): Promise<TestRedis>
  /** Resolves when others answer for all that this one did, and all of them know it. */
  untilReplaced(lost: TestRedis): Promise<void>
  /** Resolves when every master has a replica that has all it has. */
  untilWhole(): Promise<void>
  stop(): Promise<void>
}

type Slots = readonly (readonly [from: number, to: number, master: readonly [host: string, port: number]])[]

const until = (what: string, isTrue: () => Promise<boolean>) =>
  vi.waitFor(async () => expect(await isTrue(), what).toBe(true), { timeout: 60_000, interval: 20 })

/** Starts one on free ports. @throws where Redis is not installed */
export async function startReplicatedCluster(): Promise<ReplicatedCluster> {
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1500']
  const servers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => startRedis(...settings)))
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`)
  await promisify(execFile)('redis-cli', [
    ...['--cluster', 'create', ...addresses],
    ...['--cluster-replicas', '1', '--cluster-yes'],
  ])
  const client = new Cluster(servers.map(({ port }) => ({ host: '127.0.0.1', port }))).on('error', () => {})

  const slotsAt = async (server: TestRedis) => (await server.client.cluster('SLOTS')) as unknown as Slots

  async function isWhole(server: TestRedis): Promise<boolean> {
    const role = (await server.client.role()) as readonly unknown[]
    return role[0] === 'slave' ? role[3] === 'connected' : (role[2] as readonly unknown[]).length > 0
  }

  const untilWhole = () =>
    until('every master has a replica', async () => (await Promise.all(servers.map(isWhole))).every(Boolean))

  await untilWhole()
  return {
    ...{ servers, client, untilWhole },
    async masterOf(key) {
      const one = servers[0] as TestRedis
      const slot = await one.client.cluster('KEYSLOT', key)
      const slots = await slotsAt(one)
      const port = slots.find(([from, to]) => from <= slot && slot <= to)?.[2][1]
      const master = servers.find((server) => server.port === port)
      if (!master) throw new Error(`Nobody answers for ${key}.`)
      return master
    },
    untilReplaced: (lost) =>
      until('a replica is promoted', async () => {
        const seen = await Promise.all(
          servers
            .filter((server) => server !== lost)
            .map(async (server) => ({
              info: String(await server.client.cluster('INFO')),
              masters: (await slotsAt(server)).map(([, , [, port]]) => port),
            })),
        )
        const knows = ({ info, masters }: (typeof seen)[number]) =>
          info.includes('cluster_state:ok') && masters.length >= 3 && !masters.includes(lost.port)
        return seen.every(knows)
      }),
    async stop() {
      client.disconnect()
      await Promise.all(servers.map(({ stop }) => stop()))
    },
  }
}
