import type { Poll, VoteReceipt, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { redis } from '@live-poll/server-sdk/redis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { startCli } from '../cli/start-cli.ts'
import { createHttpClient } from '../http-client.ts'
import { openRawSocket } from '../raw-socket.ts'
import { createPostgresDatabase, describeOnPostgres, type TestDatabase } from '../servers/postgres.ts'
import { postgresDatabase } from '../servers/postgres-database.ts'
import { describeOnRedis, startRedis, type TestRedis } from '../servers/redis.ts'
import { createShortLivedClient } from '../servers/run-short-lived.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { cast, visit } from './channel-visitor.ts'
import { startWatching } from './watchers.ts'

const asOrganizer = { token: adminKey }
/** Of every node, short-lived or not. */
const shared = { secret: nodeSecret, adminKey, trustedProxies: 1, newDevices: { perMinute: 0.01, burst: 3 } }
const lunch = { question: 'Lunch?', choices: ['Soup', 'Salad'] }

describeOnRedis('Routes in processes that live for one request', () => {
  describeOnPostgres('beside one that stays, with the channel', () => {
    let server: TestRedis
    let database: TestDatabase
    let staying: RunningLivePoll
    let call: ReturnType<typeof createShortLivedClient>
    beforeAll(async () => {
      ;[server, database] = await Promise.all([startRedis(), createPostgresDatabase()])
      staying = await startLivePoll({
        database: postgresDatabase(database.url),
        redis: redis({ client: server.client }),
        ...shared,
      })
      call = createShortLivedClient(database.url, server.url, shared)
    })
    afterAll(async () => {
      await staying?.stop()
      await server?.stop()
      await database?.drop()
    })

    it('each vote is one commit, counted once, and on the screens of the channel', { timeout: 120_000 }, async () => {
      const { status, body: poll } = await call<Poll>('POST', '/polls', { ...asOrganizer, body: lunch })
      expect(status).toBe(201)
      const screen = await startWatching(staying, 'uWebSockets.js', poll.id)
      const voters = await staying.livePoll.api.nameVoters(['ada', 'bob', 'cyd'])
      const put = (token: string, choice: number) =>
        call<VoteReceipt>('PUT', `/polls/${poll.id}/vote`, { token, body: { voteId: 'v', choices: [choice] } })
      const receipts = await Promise.all(voters.map(({ token }, index) => put(token, 1 + (index % 2))))
      expect(receipts.map(({ status, body }) => [status, body.revision])).toEqual([1, 1, 1].map((one) => [200, one]))
      expect(await screen.take('results', ({ voters }) => voters === 3)).toMatchObject({ votes: [2, 1] })
      const again = await put(voters[0]?.token ?? '', 1)
      expect(again, 'asked again, of another process').toMatchObject({ status: 200, body: { duplicate: true } })
      expect(await staying.livePoll.api.getResults(poll.id)).toMatchObject({ votes: [2, 1], voters: 3 })
      await screen.close()
    })

    it('they admit to the channel, and count devices together', { timeout: 120_000 }, async () => {
      const admit = (address: string) =>
        call<VoterAdmission>('POST', '/voters', { headers: { 'x-forwarded-for': address } })
      const admitted = await Promise.all([7, 8, 9, 10].map((host) => admit(`203.0.113.${host}`)))
      expect(admitted.map(({ status }) => status).sort(), 'a burst of 3').toEqual([200, 200, 200, 429])
      const voter = admitted.find(({ status }) => status === 200)?.body
      const socket = await visit(staying, 'ws', { ticket: voter?.ticket })
      const { id } = await staying.livePoll.api.createPoll(lunch)
      expect(await cast(socket, id)).toMatchObject({ type: 'voted', revision: 1 })
      await socket.close()
    })

    it('the one that stays keeps the times of polls', { timeout: 120_000 }, async () => {
      const closesAt = new Date(Date.now() + 60_000).toISOString()
      const { body: poll } = await call<Poll>('POST', '/polls', { ...asOrganizer, body: { ...lunch, closesAt } })
      const screen = await startWatching(staying, 'ws', poll.id)
      await staying.livePoll.api.editPoll(poll.id, { closesAt: new Date(Date.now() + 1000).toISOString() })
      await screen.take('results', ({ state }) => state === 'closed') // nobody asks for the poll
      const [voter] = await staying.livePoll.api.nameVoters(['dan'])
      const late = await call('PUT', `/polls/${poll.id}/vote`, {
        token: voter?.token,
        body: { voteId: 'v', choices: [1] },
      })
      expect([late.status, late.body.error.code]).toEqual([409, 'POLL_CLOSED'])
      await screen.close()
    })

    it('the one that stays may be `live-poll serve`', { timeout: 120_000 }, async () => {
      const serving = startCli(['serve'], {
        ...{ NODE_ENV: 'production', PORT: '0', LIVE_POLL_HOST: '127.0.0.1' },
        ...{ LIVE_POLL_DATABASE: database.url, LIVE_POLL_REDIS: server.url },
        ...{ LIVE_POLL_SECRET: nodeSecret, LIVE_POLL_ADMIN_KEY: adminKey },
      })
      const [, port] = await serving.printed(/^Live Poll serves on port (\d+) /m)
      const { body: poll } = await call<Poll>('POST', '/polls', { ...asOrganizer, body: lunch })
      const screen = await openRawSocket(`ws://127.0.0.1:${port}/live-poll/channel`)
      screen.send({ type: 'hello' })
      screen.send({ type: 'watch', pollId: poll.id })
      await screen.take('poll')
      const [voter] = await staying.livePoll.api.nameVoters(['eve'])
      const vote = { token: voter?.token, body: { voteId: 'v', choices: [2] } }
      expect((await call<VoteReceipt>('PUT', `/polls/${poll.id}/vote`, vote)).body).toMatchObject({ revision: 1 })
      expect(await screen.take('results', ({ voters }) => voters === 1)).toMatchObject({ votes: [0, 1] })
      const again = await createHttpClient(`http://127.0.0.1:${port}`)('PUT', `/polls/${poll.id}/vote`, vote)
      expect(again, 'asked again, of the one that stays').toMatchObject({ status: 200, body: { duplicate: true } })
      await screen.close()
      expect(await serving.end('SIGINT')).toBe(0)
    })

    it('the log has been told of nothing', () => {
      expect(staying.logger.errors).toEqual([])
    })
  })
})
