import { redis } from '@live-poll/server-sdk/redis'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createHttpClient } from '../http-client.ts'
import { channelServers } from '../listeners.ts'
import { createPostgresDatabase, describeOnPostgres, type TestDatabase } from '../servers/postgres.ts'
import { postgresDatabase } from '../servers/postgres-database.ts'
import { describeOnRedis, startRedis, type TestRedis } from '../servers/redis.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { visit } from './channel-visitor.ts'
import { startWatching, wires } from './watchers.ts'

const lunch = { question: 'Lunch?', choices: ['Soup', 'Salad'] }
const burst = 5

describeOnRedis('Two nodes on one Redis', () => {
  describeOnPostgres('and one Postgres', () => {
    let server: TestRedis
    let database: TestDatabase
    let a: RunningLivePoll
    let b: RunningLivePoll
    beforeAll(async () => {
      ;[server, database] = await Promise.all([startRedis(), createPostgresDatabase()])
      const start = () =>
        startLivePoll({
          database: postgresDatabase(database.url),
          secret: nodeSecret,
          redis: redis({ client: server.client }),
          newDevices: { perMinute: 0.01, burst },
          identify: ({ headers }) => {
            const session = headers.get('x-session')
            return session ? { id: 'ada', session } : undefined
          },
        })
      ;[a, b] = await Promise.all([start(), start()])
    })
    afterAll(async () => {
      await Promise.all([a?.stop(), b?.stop()])
      await server?.stop()
      await database?.drop()
    })

    /** Resolves when this many nodes hear of the poll from others. */
    const followedBy = (nodes: number, pollId: string) =>
      vi.waitFor(async () => {
        const channel = `live-poll:{${pollId}}:results`
        expect(await server.client.pubsub('NUMSUB', channel)).toEqual([channel, nodes])
      }, 10_000)
    const readiness = async ({ origin }: RunningLivePoll) =>
      (await createHttpClient(origin)<{ degraded: string[] }>('GET', '/health/ready')).body.degraded

    it.each(wires)('a vote on one is on the other’s screens at once, over %s', async (wire) => {
      const { id } = await a.livePoll.api.createPoll(lunch)
      const watcher = await startWatching(b, wire, id)
      await followedBy(1, id)
      const start = performance.now()
      for (let voters = 1; voters <= 10; voters++) {
        await a.livePoll.api.castVote({ pollId: id, voter: `v${voters}`, choices: [1] })
        await watcher.take('results', (results) => results.voters === voters)
      }
      expect(performance.now() - start, 'looking into the database takes a second each time').toBeLessThan(5000)
      await watcher.close()
      await followedBy(0, id)
    })

    it('a node hears of a poll for as long as somebody watches it there', async () => {
      const { id } = await a.livePoll.api.createPoll(lunch)
      await followedBy(0, id)
      const [first, second] = [await startWatching(a, 'ws', id), await startWatching(a, 'uWebSockets.js', id)]
      await followedBy(1, id)
      const third = await startWatching(b, 'Server-Sent Events', id)
      await followedBy(2, id)
      await first.close()
      await third.close()
      await followedBy(1, id)
      await second.close()
      await followedBy(0, id)
    })

    it('edited, closed and deleted on one, a poll is so on the other', async () => {
      const { id } = await a.livePoll.api.createPoll(lunch)
      const watcher = await startWatching(b, 'ws', id)
      await followedBy(1, id)
      await a.livePoll.api.editPoll(id, { choices: [{ id: 1, label: 'Broth' }, { id: 2, label: 'Salad' }, 'Pie'] })
      await watcher.take('results', ({ edition }) => edition === 2)
      await b.livePoll.api.castVote({ pollId: id, voter: 'v', choices: [3] })
      await a.livePoll.api.closePoll(id)
      await watcher.take('results', ({ state, votes }) => state === 'closed' && votes[2] === 1)
      await a.livePoll.api.deletePoll(id)
      expect(await watcher.take('error')).toMatchObject({ code: 'POLL_NOT_FOUND', pollId: id })
      await followedBy(0, id)
      await watcher.close()
    })

    it('a session that ends on one has its sockets on the other closed', async () => {
      const headers = { 'x-session': 's1' }
      const { body } = await createHttpClient(b.origin)<{ ticket: string }>('POST', '/voters', { headers })
      const sockets = await Promise.all(channelServers.map((name) => visit(b, name, { ticket: body.ticket })))
      await a.livePoll.api.endSession('s1')
      for (const socket of sockets) expect(await socket.closed).toMatchObject({ code: 4401 })
    })

    it('a network makes as many devices on both as it may on one', async () => {
      const statuses: number[] = []
      for (let device = 0; device < burst + 4; device++) {
        const { status } = await createHttpClient((device % 2 === 0 ? a : b).origin)('POST', '/voters')
        statuses.push(status)
      }
      expect(statuses).toEqual([...Array(burst).fill(200), ...Array(4).fill(429)])
    })

    it('while Redis hangs votes go on, nobody waits for it, and both are ready but degraded', async () => {
      const { id } = await a.livePoll.api.createPoll(lunch)
      const watcher = await startWatching(a, 'ws', id)
      await followedBy(1, id)
      expect([await readiness(a), await readiness(b)]).toEqual([[], []])
      server.pause()
      const start = performance.now()
      for (let voters = 1; voters <= 20; voters++) {
        await a.livePoll.api.castVote({ pollId: id, voter: `v${voters}`, choices: [1] })
        await watcher.take('results', (results) => results.voters === voters)
      }
      expect(performance.now() - start, 'an answer of Redis is given up after a second').toBeLessThan(10_000)
      for (const node of [a, b]) {
        await vi.waitFor(async () => expect(await readiness(node)).toEqual(['redis']), 10_000)
        expect((await createHttpClient(node.origin)('GET', '/health/ready')).status).toBe(200)
      }
      server.resume()
      for (const node of [a, b]) await vi.waitFor(async () => expect(await readiness(node)).toEqual([]), 15_000)
      for (const { logger } of [a, b]) {
        const aboutRedis = logger.warnings.map(String).filter((warning) => warning.includes('Redis'))
        expect(aboutRedis).toEqual([expect.stringMatching(/^Redis does not answer\. Votes go on/)])
        expect(logger.errors).toEqual([])
      }
      await watcher.close()
    })
  })
})
