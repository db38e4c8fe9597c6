import { redis } from '@live-poll/server-sdk/redis'
import { createAdapter } from '@socket.io/redis-adapter'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openRawSocket, type RawSocket } from '../raw-socket.ts'
import { createPostgresDatabase, describeOnPostgres, type TestDatabase } from '../servers/postgres.ts'
import { postgresDatabase } from '../servers/postgres-database.ts'
import { describeOnRedis, startRedis, type TestRedis } from '../servers/redis.ts'
import { type ServedSocketIo, serveSocketIo } from '../servers/serve-socket-io.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { type SocketIoVisitor, visitSocketIo } from '../socket-io-socket.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { cast, relayTicket } from './channel-visitor.ts'

/** One process of an app that lives on Socket.IO, with the adapter that joins its servers. */
interface Node {
  readonly running: RunningLivePoll
  readonly served: ServedSocketIo
  stop(): Promise<void>
}

const votes = 200
const lunch = { question: 'Lunch?', choices: ['Soup', 'Salad'] }

describeOnRedis('Two nodes of an app on Socket.IO, with its Redis adapter', () => {
  describeOnPostgres('and one Postgres', () => {
    let server: TestRedis
    let database: TestDatabase
    let a: Node
    let b: Node
    beforeAll(async () => {
      ;[server, database] = await Promise.all([startRedis(), createPostgresDatabase()])
      ;[a, b] = await Promise.all([startNode(), startNode()])
      for (const { running, served } of [a, b]) {
        const { adapter } = served.io.of(running.livePoll.channel.path)
        await vi.waitFor(async () => expect(await adapter.serverCount()).toBe(2), 10_000)
      }
    })
    afterAll(async () => {
      await Promise.all([a?.stop(), b?.stop()])
      await server?.stop()
      await database?.drop()
    })

    async function startNode(): Promise<Node> {
      const clients: readonly [Redis, Redis] = [server.client.duplicate(), server.client.duplicate()]
      const running = await startLivePoll({
        ...{ database: postgresDatabase(database.url), secret: nodeSecret, directory: 'none' },
        redis: redis({ client: server.client }),
      })
      const served = await serveSocketIo(running.livePoll, { adapter: createAdapter(...clients) })
      return {
        running,
        served,
        async stop() {
          await served.close()
          for (const client of clients) client.disconnect()
          await running.stop()
        },
      }
    }

    /** Resolves when this many nodes hear of the poll from others. */
    const followedBy = (nodes: number, pollId: string) =>
      vi.waitFor(async () => {
        const channel = `live-poll:{${pollId}}:results`
        expect(await server.client.pubsub('NUMSUB', channel)).toEqual([channel, nodes])
      }, 10_000)

    it('what the host itself says to all goes to the sockets of both, as ever', async () => {
      const path = a.running.livePoll.channel.path
      const visitors = await Promise.all([a, b].map(({ served }) => visitSocketIo(served.channelUrl)))
      const heard = visitors.map(({ socket }) => new Promise((resolve) => socket.on('news', resolve)))
      a.served.io.of(path).emit('news', 'lunch is ready')
      expect(await Promise.all(heard)).toEqual(['lunch is ready', 'lunch is ready'])
      for (const { socket } of visitors) socket.disconnect()
    })

    it('every frame is sent once, to the sockets of each', async () => {
      const { id } = await a.running.livePoll.api.createPoll(lunch)
      const viewers = await Promise.all([a, b].map((node) => watch(node, id)))
      await followedBy(2, id)
      for (let voters = 1; voters <= 40; voters++) {
        const { livePoll } = (voters % 2 === 0 ? a : b).running
        await livePoll.api.castVote({ pollId: id, voter: `v${voters}`, choices: [1] })
        for (const { inbox } of viewers) await inbox.take('results', (results) => results.voters === voters)
      }
      for (const { frames, inbox } of viewers) {
        inbox.socket.emit('message', { type: 'ping' })
        await inbox.take('pong')
        expect(frames).toEqual([...new Set(frames)])
        inbox.socket.disconnect()
      }
    })

    /** Watches a poll over Socket.IO, and keeps every frame of results as it came. */
    async function watch({ served }: Node, pollId: string): Promise<{ inbox: SocketIoVisitor; frames: string[] }> {
      const inbox = await visitSocketIo(served.channelUrl)
      const frames: string[] = []
      inbox.socket.on('message', (message) => message.type === 'results' && frames.push(JSON.stringify(message)))
      inbox.socket.emit('message', { type: 'hello' })
      inbox.socket.emit('message', { type: 'watch', pollId })
      await inbox.take('poll')
      return { inbox, frames }
    }

    it('a vote over Socket.IO on one is on WebSocket screens of the other, and the other way round', async () => {
      const [onSocketIo, onWebSocket] = [a.served.channelUrl, b.running.channelUrls.ws]
      await Promise.all([
        castAndSee('Socket.IO to WebSocket', onSocketIo, onWebSocket),
        castAndSee('WebSocket to Socket.IO', onWebSocket, onSocketIo),
      ])
    }, 120_000)

    /** Casts one vote after the other, each as soon as the one before is on the screen. */
    async function castAndSee(way: string, from: string, to: string) {
      const { id } = await a.running.livePoll.api.createPoll(lunch)
      const voters = await greet(from, { ticket: await relayTicket(a.running) })
      const viewer = await greet(to)
      viewer.send({ type: 'watch', pollId: id })
      await viewer.take('poll')
      await followedBy(1, id)
      const lags: number[] = []
      for (let count = 1; count <= votes; count++) {
        const start = performance.now()
        const answer = cast(voters, id, { voter: `user-${count}` })
        await viewer.take('results', (results) => results.voters === count)
        lags.push(performance.now() - start)
        expect(await answer).toMatchObject({ type: 'voted' })
      }
      lags.sort((one, other) => one - other)
      const at = (part: number) => lags[Math.ceil(part * votes) - 1] ?? Number.NaN
      console.log(`${way}, ${votes} votes until seen: median ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms`)
      expect(at(0.5), 'looking into the database takes a second each time').toBeLessThan(1000)
      await Promise.all([voters.close(), viewer.close()])
    }

    async function greet(channelUrl: string, hello: object = {}): Promise<RawSocket> {
      const socket = await openRawSocket(channelUrl)
      socket.send({ type: 'hello', ...hello })
      await socket.take('welcome')
      return socket
    }

    it('has told the log of nothing', () => {
      for (const { running } of [a, b]) expect(running.logger.errors).toEqual([])
    })
  })
})
