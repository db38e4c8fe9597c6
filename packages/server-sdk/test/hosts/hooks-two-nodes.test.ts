import { isNewer, type Results } from '@live-poll/client-sdk/protocol'
import type { LivePollOptions } from '@live-poll/server-sdk'
import { redis } from '@live-poll/server-sdk/redis'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import { createPostgresDatabase, describeOnPostgres, type TestDatabase } from '../servers/postgres.ts'
import { connectPostgres, postgresDatabase } from '../servers/postgres-database.ts'
import { describeOnRedis, startRedis } from '../servers/redis.ts'
import { makeDue } from '../servers/shared-database.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'

const lunch = { question: 'Lunch?', choices: ['Soup', 'Salad'] }

describeOnPostgres('Two nodes on one Postgres', () => {
  let database: TestDatabase
  const ends: (() => Promise<unknown>)[] = []
  beforeEach(async () => {
    database = await createPostgresDatabase()
    ends.push(() => database.drop())
  })
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  async function start(options: LivePollOptions = {}): Promise<RunningLivePoll> {
    const node = await startLivePoll({ database: postgresDatabase(database.url), secret: nodeSecret, ...options })
    ends.push(() => node.stop())
    return node
  }

  /** Two nodes that note what their hooks are told. */
  async function startNoting() {
    const told: string[] = []
    const startOne = (name: string) =>
      start({
        hooks: {
          afterVote: ({ voteId }) => void told.push(`${name}: ${voteId}`),
          afterClose: ({ poll }) => void told.push(`${name}: ${poll.id} closed with ${poll.results?.voters}`),
        },
      })
    const [a, b] = await Promise.all([startOne('a'), startOne('b')])
    return { a, b, told }
  }

  it('each tells of the votes that it took, and of no other', async () => {
    const { a, b, told } = await startNoting()
    const { id } = await a.livePoll.api.createPoll(lunch)
    const cast = (node: RunningLivePoll, voter: string) =>
      node.livePoll.api.castVote({ pollId: id, voter, voteId: voter, choices: [1] })
    await cast(a, 'ada')
    await cast(b, 'bob')
    expect(await cast(b, 'ada'), 'a repeat').toMatchObject({ duplicate: true })
    await Promise.all([a.livePoll.close(), b.livePoll.close()]) // by then all is told
    expect(told.sort()).toEqual(['a: ada', 'b: bob'])
  })

  it('one of them tells of a close: the one that closed it', async () => {
    const { a, b, told } = await startNoting()
    const { id } = await a.livePoll.api.createPoll(lunch)
    await b.livePoll.api.closePoll(id)
    await a.livePoll.api.closePoll(id)
    await vi.waitFor(() => expect(told).toEqual([`b: ${id} closed with 0`]))
    const { id: contested } = await a.livePoll.api.createPoll(lunch)
    await Promise.all([a, b, a, b].map(({ livePoll }) => livePoll.api.closePoll(contested)))
    await Promise.all([a.livePoll.close(), b.livePoll.close()])
    expect(told.filter((what) => what.includes(contested))).toHaveLength(1)
  })

  it('one of them tells of a close that time brings about, with every vote', async () => {
    const { a, b, told } = await startNoting()
    const { db, close } = connectPostgres(database.url)
    ends.push(close)
    const polls = await Promise.all(Array.from({ length: 10 }, () => a.livePoll.api.createPoll(lunch)))
    for (const { id } of polls) {
      await a.livePoll.api.castVote({ pollId: id, voter: 'ada', choices: [1] })
      await b.livePoll.api.castVote({ pollId: id, voter: 'bob', choices: [1] })
    }
    for (const { id } of polls) await makeDue({ db, dialect: postgresSql }, id)
    const closes = () => told.filter((what) => what.includes(' closed with ')).map((what) => what.slice(3))
    await vi.waitFor(() => expect(new Set(closes()).size).toBe(polls.length), 15_000)
    await Promise.all([a.livePoll.close(), b.livePoll.close()])
    expect(closes().sort()).toEqual(polls.map(({ id }) => `${id} closed with 2`).sort())
  })

  async function expectWatching(a: RunningLivePoll, b: RunningLivePoll) {
    const { id } = await a.livePoll.api.createPoll(lunch)
    const seen: Results[] = []
    const watching = (async () => {
      for await (const results of b.livePoll.api.watch(id)) seen.push(results)
    })().catch((error: { code: string }) => error.code)
    await vi.waitFor(() => expect(seen).toHaveLength(1), 5000)
    for (let voters = 1; voters <= 3; voters++) {
      const node = voters === 2 ? b : a
      await node.livePoll.api.castVote({ pollId: id, voter: `v${voters}`, choices: [1] })
      await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ voters }), 5000)
    }
    await a.livePoll.api.closePoll(id)
    await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ voters: 3, state: 'closed' }), 5000)
    for (let index = 1; index < seen.length; index++) {
      expect(isNewer(seen[index] as Results, seen[index - 1] as Results)).toBe(true)
    }
    await a.livePoll.api.deletePoll(id)
    expect(await watching).toBe('POLL_NOT_FOUND')
  }

  it('results are watched on one while votes are cast on both, with nothing between them but the database', async () => {
    const [a, b] = await Promise.all([start(), start()])
    await expectWatching(a, b)
  })

  describeOnRedis('and one Redis', () => {
    it('results are watched on one while votes are cast on both, and no longer than somebody watches', async () => {
      const server = await startRedis()
      ends.unshift(() => server.stop())
      const options = { redis: redis({ client: server.client }) }
      const [a, b] = await Promise.all([start(options), start(options)])
      await expectWatching(a, b)
      const { id } = await a.livePoll.api.createPoll(lunch)
      const channel = `live-poll:{${id}}:results`
      const followers = async () => (await server.client.pubsub('NUMSUB', channel))[1]
      const results = b.livePoll.api.watch(id)
      await results.next()
      await vi.waitFor(async () => expect(await followers()).toBe(1), 5000)
      await results.return?.()
      await vi.waitFor(async () => expect(await followers()).toBe(0), 5000)
    })
  })
})
