import diagnostics from 'node:diagnostics_channel'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { redis } from '../../src/adapters/redis/redis.ts'
import type { OpenFleet } from '../../src/ports/fleet.ts'
import type { PollNews, PollSnapshot } from '../../src/ports/results-bus.ts'
import { atLength } from '../at-length.ts'
import { createRecordingLogger, type RecordingLogger } from '../recording-logger.ts'
import { describeOnRedis, startRedis, startRedisCluster, type TestCluster, type TestRedis } from '../servers/redis.ts'
import { type ReplicatedCluster, startReplicatedCluster } from '../servers/redis-cluster.ts'
import { openTwoFleets } from '../servers/redis-fleets.ts'

/** Milliseconds. */
const patience = { timeout: 20_000, interval: 20 }

const snapshot = (version: number, pollId = 'p'): PollSnapshot => ({
  ...{ kind: 'snapshot', pollId, visibility: { showResults: 'always', isRevealed: true, isPrivate: false } },
  results: {
    ...{ kind: 'choose', epoch: 1, edition: 1, state: 'open', votes: [version], voters: version },
    ...{ pollId, version },
  },
})

interface Nodes {
  readonly here: OpenFleet
  readonly there: OpenFleet
  readonly logger: RecordingLogger
  /** What `there` has heard of polls. */
  readonly heard: readonly PollNews[]
  /** Polls of which `there` was told that it may have missed news. */
  readonly gaps: string[]
  close(): Promise<void>
}

async function openNodes(client: Parameters<typeof openTwoFleets>[0], pollIds: readonly string[]): Promise<Nodes> {
  const { fleets, logger, close } = await openTwoFleets(client)
  const [here, there] = fleets
  const heard: PollNews[] = []
  const gaps: string[] = []
  there.results.subscribe((news) => heard.push(news))
  there.results.onGap((ids) => gaps.push(...ids))
  for (const pollId of pollIds) there.results.follow(pollId)
  await vi.waitFor(() => expect(gaps.sort()).toEqual([...pollIds].sort()), patience)
  gaps.length = 0
  return { here, there, logger, heard, gaps, close }
}

const untilProblem = (node: OpenFleet, problem: RegExp) =>
  vi.waitFor(() => expect(node.problem()).toMatch(problem), patience)
const untilWell = ({ here, there }: Nodes) =>
  vi.waitFor(() => expect([here.problem(), there.problem()]).toEqual([undefined, undefined]), patience)

/** Publishing neither throws nor waits, and is heard on its own node, whatever Redis does. */
function expectToPublishAtOnce({ here }: Nodes, version: number, pollId = 'p') {
  const own: PollNews[] = []
  const stop = here.results.subscribe((news) => own.push(news))
  here.results.publish(snapshot(version, pollId))
  stop()
  expect(own).toEqual([snapshot(version, pollId)])
}

/** What is published from now on comes through. */
async function expectToArrive({ here, heard }: Nodes, version: number, pollId = 'p') {
  here.results.publish(snapshot(version, pollId))
  await vi.waitFor(() => expect(heard).toContainEqual(snapshot(version, pollId)), patience)
}

/** One of what is published from this version on comes through. Of a cluster's subscribers nobody says when they are back. */
async function expectToArriveInTheEnd({ here, heard }: Nodes, from: number, pollId: string) {
  let version = from
  const isNews = (news: PollNews) => news.kind === 'snapshot' && news.pollId === pollId && news.results.version >= from
  await vi.waitFor(() => {
    here.results.publish(snapshot(version++, pollId))
    expect(heard.some(isNews)).toBe(true)
  }, patience)
}

describeOnRedis('One Redis', () => {
  let server: TestRedis
  let nodes: Nodes
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server?.stop())
  beforeEach(async () => {
    nodes = await openNodes(server.client, ['p', 'q'])
    await expectToArrive(nodes, 1)
  })
  afterEach(async () => {
    await nodes.close()
    expect(nodes.logger.errors).toEqual([])
  })

  it('killed and started again: a problem meanwhile, and then all that is followed is heard again', async () => {
    await server.kill()
    for (let version = 2; version <= 100; version++) expectToPublishAtOnce(nodes, version)
    await Promise.all([nodes.here, nodes.there].map((node) => untilProblem(node, /does not answer/)))
    expect(await nodes.here.results.newest('p')).toBeUndefined()
    await server.start()
    await untilWell(nodes)
    await vi.waitFor(() => expect(nodes.gaps.sort()).toEqual(['p', 'q']), patience)
    await expectToArrive(nodes, 101)
    await expectToArrive(nodes, 101, 'q')
    expect(nodes.logger.warnings, 'once for each node').toHaveLength(2)
  })

  it('that hangs is waited for by nobody, and nothing piles up before it', async () => {
    let scripts = 0
    const count = (message: unknown) => {
      if ((message as { command: string }).command === 'eval') scripts++
    }
    diagnostics.subscribe('tracing:ioredis:command:start', count)
    const limiter = nodes.here.createRateLimiter('test', 0.001, 2)
    server.pause()
    for (let version = 2; version <= 20_000; version++) nodes.here.results.publish(snapshot(version))
    expectToPublishAtOnce(nodes, 20_001)
    const start = performance.now()
    const waits = [await limiter.take('hall'), await limiter.take('hall'), await limiter.take('hall')]
    expect(
      waits.map((wait) => wait > 0),
      'as many as on one node',
    ).toEqual([false, false, true])
    expect(await nodes.here.results.newest('p')).toBeUndefined()
    expect(performance.now() - start).toBeLessThan(5000)
    await Promise.all([nodes.here, nodes.there].map((node) => untilProblem(node, /does not answer/)))
    server.resume()
    await untilWell(nodes)
    await expectToArrive(nodes, 20_002)
    diagnostics.unsubscribe('tracing:ioredis:command:start', count)
    expect(scripts, 'sent, and kept until they are answered').toBeGreaterThan(0)
    expect(scripts, 'of 20,000').toBeLessThan(100)
  })

  it('that is wiped is filled again by what comes next', async () => {
    await server.client.flushall()
    expect(await nodes.here.results.newest('p')).toBeUndefined()
    await expectToArrive(nodes, 2)
    expect(await nodes.there.results.newest('p')).toEqual(snapshot(2))
    expect([nodes.here.problem(), nodes.logger.warnings]).toEqual([undefined, []])
  })

  it.each([
    ['full', /is full/, ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    ['read-only', /is read-only/, ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
  ])(
    'that is %s says so once, and heals by itself',
    async (_, problem, [break_ = '', ...how], [mend = '', ...back]) => {
      await server.client.call(break_, ...how)
      for (let version = 2; version <= 100; version++) expectToPublishAtOnce(nodes, version)
      await Promise.all([nodes.here, nodes.there].map((node) => untilProblem(node, problem)))
      const limiter = nodes.here.createRateLimiter('test', 0.001, 1)
      expect(await limiter.take('hall')).toBe(0)
      expect(await limiter.take('hall')).toBeGreaterThan(0)
      expectToPublishAtOnce(nodes, 101)
      await server.client.call(mend, ...back)
      await untilWell(nodes)
      await expectToArrive(nodes, 102)
      expect(nodes.logger.warnings, 'once for each node').toHaveLength(2)
    },
  )

  it('whose connections are cut again and again loses no subscription', async () => {
    for (let version = 2; version <= 6; version++) {
      nodes.gaps.length = 0
      await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await vi.waitFor(() => expect(nodes.gaps.sort()).toEqual(['p', 'q']), patience)
      await expectToArrive(nodes, version)
    }
  })

  it('that is not there at the start is waited for two seconds at most, and taken when it comes', async () => {
    await server.kill()
    const logger = createRecordingLogger()
    const start = performance.now()
    const late = await redis({ url: server.url }).open(logger)
    expect(performance.now() - start).toBeLessThan(4000)
    expect(late.problem()).toMatch(/does not answer/)
    late.results.follow('p')
    await server.start()
    await vi.waitFor(() => expect(late.problem()).toBeUndefined(), patience)
    await vi.waitFor(async () => {
      expect(await server.client.pubsub('NUMSUB', 'live-poll:{p}:results')).toEqual(['live-poll:{p}:results', 1])
    }, patience)
    await late.close()
    expect(logger.warnings).toHaveLength(1)
  })

  it('that asks for another password lets nobody in, and its log no password out', async () => {
    await server.client.config('SET', 'requirepass', 'right')
    const logger = createRecordingLogger()
    const stranger = await redis({ url: server.url.replace('//', '//:a-wrong-password@') }).open(logger)
    await untilProblem(stranger, /does not let us in/)
    await stranger.close()
    await server.client.config('SET', 'requirepass', '')
    expect(JSON.stringify([logger.warnings, logger.errors])).not.toContain('a-wrong-password')
  })

  it('that hangs holds up no close for long', async () => {
    server.pause()
    nodes.here.results.publish(snapshot(2))
    nodes.here.results.publish(snapshot(3))
    const start = performance.now()
    await nodes.close()
    expect(performance.now() - start).toBeLessThan(4000)
    server.resume()
  })
})

describeOnRedis('A cluster of three masters', () => {
  let cluster: TestCluster
  let nodes: Nodes
  /** One for each master, at least. */
  const polls = Array.from({ length: 12 }, (_, index) => `p${index}`)
  beforeAll(async () => {
    cluster = await startRedisCluster()
    nodes = await openNodes(cluster.client, polls)
  })
  afterAll(async () => {
    await nodes?.close()
    await cluster?.stop()
  })

  it('one of which is killed and started again: a problem meanwhile, and then every poll is heard again', async () => {
    for (const pollId of polls) await expectToArrive(nodes, 1, pollId)
    await cluster.masters[1]?.kill()
    for (const pollId of polls) expectToPublishAtOnce(nodes, 2, pollId)
    await untilProblem(nodes.here, /./)
    await cluster.masters[1]?.start()
    await untilWell(nodes)
    for (const pollId of polls) await expectToArriveInTheEnd(nodes, 3, pollId)
  })

  it('one of which hangs: the polls of the others go on, nobody waits, and it heals', async () => {
    cluster.masters[0]?.pause()
    for (const pollId of polls) expectToPublishAtOnce(nodes, 1_000_000, pollId)
    await untilProblem(nodes.here, /./)
    cluster.masters[0]?.resume()
    await untilWell(nodes)
    for (const pollId of polls) await expectToArriveInTheEnd(nodes, 1_000_001, pollId)
  })
})

describeOnRedis('A cluster of three masters with a replica each', () => {
  let cluster: ReplicatedCluster
  let nodes: Nodes
  const polls = Array.from({ length: 12 }, (_, index) => `p${index}`)
  beforeAll(async () => {
    cluster = await startReplicatedCluster()
    nodes = await openNodes(cluster.client, polls)
  })
  afterAll(async () => {
    await nodes?.close()
    await cluster?.stop()
  })

  it('a master of which is killed: its replica takes over, and every poll is heard again', async () => {
    for (const [round, pollId] of polls.slice(0, atLength('kills of a master', 1, 3)).entries()) {
      const first = 1 + round * 1_000_000
      for (const pollId of polls) await expectToArriveInTheEnd(nodes, first, pollId)
      const master = await cluster.masterOf(`{${pollId}}`)
      await master.kill()
      for (const pollId of polls) expectToPublishAtOnce(nodes, first + 500_000, pollId)
      await cluster.untilReplaced(master)
      await untilWell(nodes)
      for (const pollId of polls) await expectToArriveInTheEnd(nodes, first + 600_000, pollId)
      await master.start()
      await cluster.untilWhole()
    }
  })
})
