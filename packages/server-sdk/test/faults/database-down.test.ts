import { createLivePoll, type LivePoll } from '@live-poll/server-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inProcessFetch } from '../model/in-process-fetch.ts'
import { createRecordingLogger, type RecordingLogger } from '../recording-logger.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { databaseAdapters } from './database-adapters.ts'
import { type DatabaseOnOwnServer, describeOnEach } from './database-faults.ts'

describeOnEach('A database that is down', ({ start }) => {
  let database: DatabaseOnOwnServer
  beforeAll(async () => {
    database = await start()
  })
  afterAll(() => database?.server.stop())

  const open = (logger: RecordingLogger) =>
    createLivePoll({ database: databaseAdapters[database.name](database.url), secret: nodeSecret, logger })
  const health = async (node: LivePoll, kind: 'live' | 'ready') =>
    (await inProcessFetch(node)(`http://host/live-poll/health/${kind}`)).status

  test('at the start is waited for: the process is alive, it is not ready, and then it is', async () => {
    await database.server.kill()
    const logger = createRecordingLogger()
    const node = open(logger)
    let isReady = false
    const ready = node.ready().then(() => {
      isReady = true
    })
    await expect.poll(() => logger.warnings.length, { timeout: 10_000 }).toBeGreaterThan(2)
    expect(await health(node, 'live')).toBe(200)
    expect(await health(node, 'ready')).toBe(503)
    await expect(node.api.getPoll('p_any')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(isReady).toBe(false)
    await database.server.start()
    await ready
    expect(await health(node, 'ready')).toBe(200)
    expect((await node.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })).state).toBe('open')
    await node.close()
  })

  test('at the start, and the node is closed: nobody waits any more', async () => {
    await database.server.kill()
    const logger = createRecordingLogger()
    const node = open(logger)
    const ready = expect(node.ready()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect.poll(() => logger.warnings.length, { timeout: 10_000 }).toBeGreaterThan(0)
    await node.close()
    await ready
    await database.server.start()
  })

  test('for longer than votes are tried again: each is told when to ask again, and then it is taken once', async () => {
    const node = open(createRecordingLogger())
    const { id: pollId } = await node.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const vote = { pollId, voter: 'ada', voteId: 'ada-1', choices: [1], revision: 0 }
    await node.api.castVote({ ...vote, voter: 'bob', voteId: 'bob-1' })
    await database.server.kill()
    const asksAgain = { details: { retryAfter: expect.any(Number) } }
    const refused = [node.api.castVote(vote), node.api.closePoll(pollId), node.api.getPoll(pollId)]
    for (const answer of await Promise.allSettled(refused)) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { ...asksAgain, code: 'UNAVAILABLE' } })
    }
    expect(await health(node, 'live')).toBe(200)
    expect(await health(node, 'ready')).toBe(503)
    await database.server.start()
    expect(await node.api.castVote(vote)).toEqual({ voteId: 'ada-1', revision: 1, epoch: 1 })
    expect(await node.api.castVote(vote)).toMatchObject({ duplicate: true })
    expect((await node.api.getPoll(pollId)).results?.votes).toEqual([2, 0])
    await node.close()
  })
})
