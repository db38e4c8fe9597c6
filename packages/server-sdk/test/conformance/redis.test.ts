import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Signal } from '../../src/ports/fleet.ts'
import { describeOnRedis, startRedis, startRedisCluster, type TestCluster, type TestRedis } from '../servers/redis.ts'
import { openTwoFleets } from '../servers/redis-fleets.ts'
import { describeRateLimiter } from './rate-limiter.suite.ts'
import { describeResultsBus } from './results-bus.suite.ts'

type Client = Parameters<typeof openTwoFleets>[0]

/** All that nodes share, on one kind of Redis. */
function describeFleet(name: string, clientOf: () => Client, channelsOf: (pattern: string) => Promise<string[]>) {
  async function open() {
    const { fleets, logger, prefix, close } = await openTwoFleets(clientOf())
    return {
      ...{ fleets, prefix },
      async close() {
        await close()
        expect([...logger.warnings, ...logger.errors]).toEqual([])
      },
    }
  }

  describeResultsBus(name, async () => {
    const { fleets, close } = await open()
    return { nodes: [fleets[0].results, fleets[1].results], hasGaps: true, isBlind: name.includes('Cluster'), close }
  })

  describeRateLimiter(name, async (perSecond, burst) => {
    const { fleets, close } = await open()
    const [here, there] = fleets.map((fleet) => fleet.createRateLimiter('test', perSecond, burst))
    if (!here || !there) throw new Error('There are two.')
    return { nodes: [here, there], close }
  })

  it('carries a signal to every other node', async () => {
    const { fleets, close } = await open()
    const heard: Signal[][] = fleets.map(({ signals }) => {
      const list: Signal[] = []
      signals.onSignal((signal) => list.push(signal))
      return list
    })
    const ended: Signal = { kind: 'session-ended', session: 's1' }
    // Nothing tells when a node hears signals: sent until it does.
    await vi.waitFor(() => {
      fleets[0].signals.send(ended)
      expect(heard[1]).toContainEqual(ended)
    })
    expect(heard[0]).toEqual([])
    await close()
  })

  it('subscribes to polls that are followed, to who follows some and to signals, and to nothing else', async () => {
    const { fleets, prefix, close } = await open()
    const subscribed = async () => (await channelsOf(`${prefix}*`)).sort()
    const [{ results }] = fleets
    const common = [`${prefix}{follows}`, `${prefix}{signals}`]
    await vi.waitFor(async () => expect(await subscribed()).toEqual(common))
    for (const pollId of ['p', 'q', 'p']) results.follow(pollId)
    const polls = [`${prefix}{p}:results`, `${prefix}{q}:results`]
    await vi.waitFor(async () => expect(await subscribed()).toEqual([common[0], ...polls, common[1]]))
    results.unfollow('p')
    results.unfollow('p')
    await vi.waitFor(async () => expect(await subscribed()).toEqual([common[0], polls[1], common[1]]))
    await close()
    await vi.waitFor(async () => expect(await subscribed()).toEqual([]))
  })
}

describeOnRedis('one Redis', () => {
  let server: TestRedis
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())

  describeFleet(
    'Redis',
    () => server.client,
    async (pattern) => (await server.client.pubsub('CHANNELS', pattern)) as string[],
  )

  it('keeps nothing for ever', async () => {
    const { fleets, prefix, close } = await openTwoFleets(server.client)
    const [{ results, createRateLimiter }] = fleets
    await createRateLimiter('test', 1, 10).take('hall')
    results.publish({
      ...{ kind: 'snapshot', pollId: 'p', visibility: { showResults: 'always', isRevealed: true, isPrivate: false } },
      results: { kind: 'choose', pollId: 'p', epoch: 1, version: 1, edition: 1, state: 'open', votes: [], voters: 0 },
    })
    await vi.waitFor(async () => expect(await server.client.keys(`${prefix}*`)).toHaveLength(2))
    const day = 24 * 60 * 60 * 1000
    expect(await server.client.pttl(`${prefix}{p}:results`)).toBeGreaterThan(day - 60_000)
    expect(await server.client.pttl(`${prefix}rate:test:hall`)).toBeGreaterThan(0)
    expect(await server.client.pttl(`${prefix}rate:test:hall`)).toBeLessThanOrEqual(1001)
    await close()
  })
})

describeOnRedis('three masters', () => {
  let cluster: TestCluster
  beforeAll(async () => {
    cluster = await startRedisCluster()
  })
  afterAll(() => cluster?.stop())

  describeFleet(
    'Redis Cluster',
    () => cluster.client,
    async (pattern) => {
      const lists = await Promise.all(cluster.masters.map(({ client }) => client.pubsub('SHARDCHANNELS', pattern)))
      return lists.flat() as string[]
    },
  )
})
