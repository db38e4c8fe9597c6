import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMemoryMetrics } from '../../src/adapters/memory/metrics.ts'
import { castInto } from '../../src/ballot-box/group-commit.fixture.ts'
import { createGroupCommit } from '../../src/ballot-box/group-commit.ts'
import type { OpenDatabase } from '../../src/ports/database.ts'
import { newPoll, vote } from '../conformance/stores.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { findMiscounts } from '../recount.ts'
import { databaseAdapters } from './database-adapters.ts'
import { type DatabaseUnderFault, describeOnEach } from './database-faults.ts'

/** A voter's key that no check has let through: Postgres takes no zero character, and MySQL none so long. */
const poison = `\0${'x'.repeat(300)}`

describeOnEach('Votes that the database refuses', ({ create }) => {
  let database: DatabaseUnderFault
  let opened: OpenDatabase
  beforeAll(async () => {
    database = await create()
    opened = (await databaseAdapters[database.name](database.url).open(createRecordingLogger())) as OpenDatabase
  })
  afterAll(async () => {
    await opened?.close()
    await database?.drop()
  })

  async function insertPoll(): Promise<string> {
    const poll = newPoll()
    await opened.polls.insert(poll)
    return poll.id
  }

  /** Twenty votes in two polls, of which the fourth and the twelfth cannot be written. */
  async function createBatch() {
    const pollIds = [await insertPoll(), await insertPoll()]
    const votes = Array.from({ length: 20 }, (_, index) => vote(pollIds[index % 2] ?? ''))
    const batch = votes.map((one, index) => (index === 3 || index === 11 ? { ...one, voterKey: poison + index } : one))
    const good = batch.filter(({ voterKey }) => !voterKey.startsWith(poison))
    const findWrong = async () => {
      const { db, close } = database.connect()
      const found: string[] = []
      for (const pollId of pollIds) {
        const acked = good
          .filter((one) => one.pollId === pollId)
          .map(({ voterKey, voteId, ballot }) => ({
            voter: voterKey,
            voteId,
            revision: 1,
            choices: ballot as number[],
          }))
        found.push(...(await findMiscounts(db, pollId, acked)))
      }
      await close()
      return found
    }
    return { batch, good, findWrong }
  }

  test('fail alone; the others of their batch are committed, in order', async () => {
    const { batch, good, findWrong } = await createBatch()
    const outcomes = await opened.ballots.commit(batch)
    const failed = outcomes.flatMap((outcome, index) => (outcome.kind === 'failed' ? [index] : []))
    expect(failed).toEqual([3, 11])
    expect(outcomes.filter((outcome) => outcome.kind === 'accepted')).toHaveLength(good.length)
    expect(await findWrong()).toEqual([])
  })

  test('are answered INTERNAL with the cause in the log, the others as ever', async () => {
    const { batch, findWrong } = await createBatch()
    const logger = createRecordingLogger()
    const limits = { batch: 500, queue: 20_000, wait: 60_000, interval: 0, enough: 1 }
    const groupCommit = createGroupCommit(opened.ballots, 2, limits, logger, createMemoryMetrics())
    const answers = await Promise.allSettled(batch.map((one) => castInto(groupCommit, one)))
    for (const [index, answer] of answers.entries()) {
      if (index === 3 || index === 11)
        expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'INTERNAL' } })
      else expect(answer).toMatchObject({ status: 'fulfilled', value: { kind: 'accepted', revision: 1 } })
    }
    expect(logger.errors).toEqual(Array(2).fill([expect.any(String), expect.any(Error)]))
    expect(await findWrong()).toEqual([])
  })
})
