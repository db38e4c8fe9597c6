import { createLivePoll, type LivePoll } from '@live-poll/server-sdk'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createRecordingLogger, type RecordingLogger } from '../recording-logger.ts'
import { findMiscounts } from '../recount.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import type { FaultyDatabase } from './database-adapters.ts'
import { type DatabaseUnderFault, describeOnEach } from './database-faults.ts'
import { type HostPool, hostPools } from './host-pools.ts'

const queueSize = 20

/** What a server says when a disk is full, raised by a trigger in its place, and how the driver names it. */
const fullDisks: Readonly<Record<FaultyDatabase, readonly FullDisk[]>> = {
  postgres: [
    {
      named: { code: '53100' },
      on: [
        `create function full_disk() returns trigger language plpgsql as
          $$ begin raise exception 'No space left on device' using errcode = '53100'; end $$`,
        'create trigger full_disk before insert or update on live_poll_votes for each row execute function full_disk()',
      ],
      off: ['drop trigger full_disk on live_poll_votes', 'drop function full_disk()'],
    },
  ],
  mariadb: [1021, 1114].map((errno) => ({
    named: { errno },
    on: [
      `create trigger full_disk before insert on live_poll_votes for each row
        signal sqlstate 'HY000' set mysql_errno = ${errno}, message_text = 'No space left on device'`,
    ],
    off: ['drop trigger full_disk'],
  })),
}

interface FullDisk {
  readonly named: Readonly<Record<string, unknown>>
  readonly on: readonly string[]
  readonly off: readonly string[]
}

describeOnEach('A database without room', ({ name, create }) => {
  let database: DatabaseUnderFault
  let pool: HostPool
  let node: LivePoll
  let logger: RecordingLogger
  let pollId: string
  beforeAll(async () => {
    database = await create()
  })
  afterAll(() => database?.drop())
  beforeEach(async () => {
    pool = hostPools[name](database.url)
    logger = createRecordingLogger()
    node = createLivePoll({ database: pool.database, secret: nodeSecret, queueSize, logger })
    pollId = (await node.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })).id
    expect(await node.api.castVote(voteOf(0))).toMatchObject({ revision: 1 })
  })
  afterEach(async () => {
    await node.close()
    await pool.end()
  })

  const voteOf = (voter: number) => ({
    ...{ pollId, voter: `voter-${voter}`, voteId: `vote-${voter}` },
    ...{ choices: [1 + (voter % 2)], revision: 0 },
  })
  /** From the second voter on: the first has voted, so that the poll is known to the node. */
  const createVotes = (count: number) => Array.from({ length: count }, (_, index) => voteOf(index + 1))
  type Vote = ReturnType<typeof voteOf>
  const cast = (votes: readonly Vote[]) => Promise.allSettled(votes.map((vote) => node.api.castVote(vote)))

  /** Asks again under the same vote ids, no more at once than may wait; each is taken once, and a repeat changes nothing. */
  async function askAgain(votes: readonly Vote[]) {
    for (const isDuplicate of [false, true]) {
      for (let from = 0; from < votes.length; from += queueSize) {
        const part = votes.slice(from, from + queueSize)
        const receipts = part.map(({ voteId }) => ({ voteId, revision: 1, epoch: 1 }))
        const answers = await Promise.all(part.map((vote) => node.api.castVote(vote)))
        expect(answers).toEqual(isDuplicate ? receipts.map((one) => ({ ...one, duplicate: true })) : receipts)
      }
    }
  }

  async function run(statements: readonly string[]) {
    const { db, close } = database.connect()
    for (const statement of statements) await sql.raw(statement).execute(db)
    await close()
  }

  async function miscounts(votes: readonly Vote[]) {
    const { db, close } = database.connect()
    const found = await findMiscounts(
      db,
      pollId,
      [voteOf(0), ...votes].map((vote) => ({ ...vote, revision: 1 })),
    )
    await close()
    return found
  }

  test('in the host’s pool, for a moment: votes wait, and each is counted', async () => {
    const votes = createVotes(queueSize)
    const giveBack = await pool.exhaust()
    const casting = cast(votes)
    await expect.poll(() => pool.isWaitedFor(), { interval: 5 }).toBe(true)
    giveBack()
    for (const answer of await casting) expect(answer).toMatchObject({ status: 'fulfilled', value: { revision: 1 } })
    expect(await miscounts(votes)).toEqual([])
    expect(logger.errors).toEqual([])
  })

  test('in the host’s pool, for long: no vote waits for ever, none is lost, and the queue stays bounded', async () => {
    const votes = createVotes(3 * queueSize)
    const giveBack = await pool.exhaust()
    const codes: Record<string, number> = {}
    for (const answer of await cast(votes)) {
      const code = answer.status === 'rejected' ? answer.reason.code : 'taken'
      codes[code] = (codes[code] ?? 0) + 1
      expect(answer).toMatchObject({ reason: { details: { retryAfter: expect.any(Number) } } })
    }
    expect(codes).toEqual({ UNAVAILABLE: queueSize, BUSY: 2 * queueSize })
    expect(await miscounts([])).toEqual([])
    giveBack()
    await askAgain(votes)
    expect(await miscounts(votes)).toEqual([])
  })

  test.for(fullDisks[name])(
    'on its disk ($named): votes are told to ask again, and then each is taken once',
    async (disk) => {
      const votes = createVotes(queueSize)
      await run(disk.on)
      const answers = await cast(votes)
      await run(disk.off)
      const reason = { code: 'UNAVAILABLE', details: { retryAfter: expect.any(Number) } }
      for (const answer of answers) expect(answer).toMatchObject({ status: 'rejected', reason })
      const cause = expect.objectContaining({
        ...disk.named,
        message: expect.stringContaining('No space left on device'),
      })
      expect(logger.errors).toContainEqual([expect.any(String), expect.objectContaining({ cause })])
      expect(await miscounts([])).toEqual([])
      await askAgain(votes)
      expect(await miscounts(votes)).toEqual([])
    },
  )
})
