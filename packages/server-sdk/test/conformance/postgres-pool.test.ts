import { createLivePoll, type LivePoll, type LivePollOptions } from '@live-poll/server-sdk'
import { type PostgresOptions, postgres } from '@live-poll/server-sdk/postgres'
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import { Pool, type PoolConfig, types } from 'pg'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pgDialect } from '../../src/adapters/postgres/pg-dialect.ts'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import { tryTransaction } from '../../src/adapters/sql/transaction.ts'
import type { OpenDatabase } from '../../src/ports/database.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { createPostgresDatabase, describeOnPostgres, type TestDatabase } from '../servers/postgres.ts'
import { connectPostgres, type PostgresConnection } from '../servers/postgres-database.ts'
import { holdBox, untilWaiting } from '../servers/postgres-gate.ts'
import { castOn, nodeSecret } from '../servers/start-nodes.ts'
import { newPoll, vote } from './stores.ts'

/** Settings that a host may have made for its own queries, and parsers that make something else of every value. */
const strange: PoolConfig = {
  options:
    '-c TimeZone=Asia/Kathmandu -c DateStyle=SQL,DMY -c default_transaction_isolation=serializable -c bytea_output=escape',
  types: { getTypeParser: () => (text: string | Buffer) => ({ parsedByTheHost: text }) },
}
/** What a host may do in its own Kysely: text as it is, the rest in types of its taste. */
const ownTypes: PoolConfig = {
  options: strange.options,
  types: {
    getTypeParser: (type) => (text: string | Buffer) => {
      if (type === builtins.INT8 || type === builtins.NUMERIC) return BigInt(String(text))
      if (type === builtins.INT4) return Number(text)
      if (type === builtins.BOOL) return text === 't'
      return type === builtins.TIMESTAMPTZ ? { at: text } : text
    },
  },
}
const { builtins } = types
const limits = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout']
const opensAt = '2026-03-29T00:59:59.001Z'
const closesAt = '2038-01-19T03:14:08.999Z'

describeOnPostgres('a host’s pool of pg', () => {
  let database: TestDatabase
  let pool: Pool
  /** The test's own way into the database. */
  let connection: PostgresConnection
  const ends: (() => Promise<unknown>)[] = []
  beforeEach(async () => {
    database = await createPostgresDatabase()
    connection = connectPostgres(database.url)
    pool = createPool()
  })
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
    await connection.close()
    await database.drop()
  })

  function createPool(config: PoolConfig = {}) {
    const pool = new Pool({ connectionString: database.url, ...config })
    ends.push(() => pool.on('error', () => {}).end())
    return pool
  }
  async function start(options: PostgresOptions = { pool }, more: LivePollOptions = {}) {
    const logger = createRecordingLogger()
    const livePoll = createLivePoll({ database: postgres(options), secret: nodeSecret, logger, ...more })
    ends.push(() => livePoll.close())
    await livePoll.ready()
    return { ...livePoll, logger }
  }
  const createPoll = async ({ api }: LivePoll) => (await api.createPoll({ question: 'Lunch?', choices: ['a', 'b'] })).id

  test.each([
    ['with settings and parsers of its own', () => ({ pool: createPool(strange) })],
    ['with one connection', () => ({ pool: createPool({ max: 1 }) })],
    ['that pipelines', () => ({ pool: createPool({ pipeline: true }) })],
    [
      'in its own Kysely, with plugins',
      () => {
        const dialect = new PostgresDialect({ pool: createPool(ownTypes) })
        return { kysely: new Kysely<{ users: { id: number } }>({ dialect, plugins: [new CamelCasePlugin()] }) }
      },
    ],
  ] satisfies [string, () => PostgresOptions][])(
    '%s: times, counts and choices come back as they were',
    async (_, make) => {
      const livePoll = await start(make())
      const poll = await livePoll.api.createPoll({ question: 'Lunch?', choices: ['a', 'b'], opensAt, closesAt })
      for (const voter of ['ann', 'ben', 'ann']) {
        await livePoll.api.castVote({ pollId: poll.id, voter, choices: [voter === 'ann' ? 2 : 1] })
      }
      const expected = {
        opensAt,
        closesAt,
        canChange: true,
        state: 'open',
        results: { votes: [1, 1], voters: 2, version: 3 },
      }
      expect(await livePoll.api.getPoll(poll.id)).toMatchObject(expected)
      expect((await livePoll.api.listPolls({ limit: 1 })).polls).toMatchObject([expected])
      expect(await livePoll.api.getVote({ pollId: poll.id, voter: 'ann' })).toMatchObject({ choices: [2], revision: 2 })
      expect(Math.abs(Date.parse(poll.createdAt) - Date.now()), 'clocks of one machine').toBeLessThan(60_000)
      const closed = await livePoll.api.closePoll(poll.id)
      expect(closed.state).toBe('closed')
      expect(await castOn(livePoll, { pollId: poll.id, voter: 'cleo', choices: [1] })).toBe('POLL_CLOSED')
    },
  )

  test('keeps its sessions as they were, and its listeners, and is not ended', async () => {
    const before = pool.listenerCount('error')
    const livePoll = await start()
    await livePoll.api.castVote({ pollId: await createPoll(livePoll), voter: 'ann', choices: [1] })
    await livePoll.close()
    const { rows } = await pool.query(`select name, setting, source from pg_settings where name = any($1)`, [limits])
    expect(rows).toHaveLength(limits.length)
    for (const row of rows) expect(row).toMatchObject({ setting: '0', source: 'default' })
    expect(pool.listenerCount('error')).toBe(before)
    const clients = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()))
    for (const client of clients) expect(client.listenerCount('error')).toBe(0)
    for (const client of clients) client.release()
  })

  test.each([
    ['a pool', () => ({ pool })],
    ['a Kysely', () => ({ kysely: new Kysely({ dialect: new PostgresDialect({ pool }) }) })],
  ] satisfies [string, () => PostgresOptions][])(
    '%s: transactions have limits, and say their isolation',
    async (_, make) => {
      await connection.pool.query(`create table seen as select name, setting from pg_settings where false`)
      await connection.pool.query(`create function see() returns trigger language plpgsql as $$ begin
      insert into seen select name, setting from pg_settings
        where name in ('transaction_isolation', ${limits.map((name) => `'${name}'`)}); return new; end $$`)
      await connection.pool.query(
        'create trigger see after insert on live_poll_votes for each row execute function see()',
      )
      await connection.pool.query(`alter database ${new URL(database.url).pathname.slice(1)}
      set default_transaction_isolation = 'repeatable read'`)
      const livePoll = await start(make())
      await livePoll.api.castVote({ pollId: await createPoll(livePoll), voter: 'ann', choices: [1] })
      const { rows } = await connection.pool.query('select name, setting from seen')
      expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
        idle_in_transaction_session_timeout: '2000',
        lock_timeout: '3000',
        statement_timeout: '5000',
        transaction_isolation: 'read committed',
      })
    },
  )

  test.each([
    ['', {}],
    ['that pipelines, and ', { pipeline: true }],
  ])('%swhose connections are all cut, idle and at work, does not end the process, and votes go on', async (_, how) => {
    const pool = createPool(how)
    const livePoll = await start({ pool })
    const pollId = await createPoll(livePoll)
    const idle = await Promise.all([pool.connect(), pool.connect()])
    for (const client of idle) client.release()
    const holder = await holdBox(connection, pollId, 0)
    const casting = castOn(livePoll, { pollId, voter: 'ann', voteId: 'vote-of-ann', choices: [1] })
    await untilWaiting(connection, 'row', 1)
    const { rowCount } = await connection.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> all($1)`,
      [await ownSessions(holder)],
    )
    expect(rowCount).toBeGreaterThan(1)
    await holder.query('rollback')
    holder.release()
    await casting
    expect(await castOn(livePoll, { pollId, voter: 'ann', voteId: 'vote-of-ann', choices: [1], revision: 0 })).toBe(1)
    expect((await livePoll.api.getResults(pollId))?.votes).toEqual([1, 0])
  })

  test.each([
    ['', {}],
    ['that pipelines, and ', { pipeline: true }],
  ])(
    '%swhose database refuses to write one vote of a batch: the others are in, and no COMMIT is in doubt',
    async (_, how) => {
      const opened = await postgres({ pool: createPool(how) }).open(createRecordingLogger())
      const { polls, ballots, close } = opened as OpenDatabase
      ends.push(close)
      const poll = newPoll()
      await polls.insert(poll)
      const noText = '\0'
      const votes = Array.from({ length: 8 }, (_, index) => ({
        ...vote(poll.id),
        ...(index === 5 && { voteId: noText }),
      }))
      let inDoubt = 0
      const outcomes = await ballots.commit(votes, () => inDoubt++)
      expect(outcomes.map(({ kind }) => kind)).toEqual([...Array(5).fill('accepted'), 'failed', 'accepted', 'accepted'])
      expect(inDoubt).toBe(0)
      const found = await ballots.readVotes(votes)
      expect(found.map((row) => row?.voteId)).toEqual(
        votes.map(({ voteId }) => (voteId === noText ? undefined : voteId)),
      )
    },
  )

  /** Sessions of the test itself, which are to stay. */
  async function ownSessions(holder: { query(text: string): Promise<{ rows: { pid: number }[] }> }) {
    const asking = await connection.pool.connect()
    const pids = await Promise.all(
      [holder, asking].map(async (session) => (await session.query(pidQuery)).rows[0]?.pid),
    )
    asking.release()
    return pids
  }
  const pidQuery = 'select pg_backend_pid() as pid'

  test('is asked for many polls at once in a few statements: votes find a connection', async () => {
    const { api } = await start()
    const polls = Array.from({ length: 60 }, (_, index) => ({ question: `${index}?`, choices: ['Yes', 'No'] }))
    const made = await Promise.all(polls.map((poll) => api.createPoll(poll)))
    let taken = 0
    pool.on('acquire', () => taken++)
    const read = await Promise.all(made.map(({ id }) => api.getPoll(id)))
    expect(read.map(({ question }) => question)).toEqual(polls.map(({ question }) => question))
    expect(taken).toBeLessThan(10) // two for the polls, and a look at what is due now and then
  })

  test('prepares each statement once a connection, and goes on without where a pooler loses them', async () => {
    const livePoll = await start()
    const pollId = await createPoll(livePoll)
    const cast = (voter: string) => castOn(livePoll, { pollId, voter, choices: [1] })
    for (let voter = 0; voter < 20; voter++) expect(await cast(`early-${voter}`)).toBe(1)
    const prepared = await onEachSession('select statement from pg_prepared_statements')
    const votes = prepared.filter((rows) =>
      rows.some(({ statement }) => statement.includes('"live_poll_write_first_votes"')),
    )
    expect(votes.length, 'sessions that have prepared the insert of votes').toBeGreaterThan(0)
    for (const rows of prepared) {
      const texts = rows.map(({ statement }) => statement)
      expect(texts).toEqual([...new Set(texts)])
    }

    await onEachSession('deallocate all')
    expect((await livePoll.api.getPoll(pollId)).results?.votes).toEqual([20, 0])
    for (let voter = 0; voter < 20; voter++) expect(await cast(`late-${voter}`)).toBe(1)
    expect(livePoll.logger.errors).toEqual([])
  })

  async function onEachSession(text: string): Promise<{ statement: string }[][]> {
    const clients = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()))
    const answers = await Promise.all(clients.map((client) => client.query(text)))
    for (const client of clients) client.release()
    return answers.map(({ rows }) => rows)
  }

  test('says that a crash may lose votes where the server is set so', async () => {
    const name = new URL(database.url).pathname.slice(1)
    await connection.pool.query(`alter database ${name} set synchronous_commit = off`)
    const { logger, handle } = await start()
    const warnings = logger.warnings.flat().filter((text) => /Durability is reduced/.test(String(text)))
    expect(warnings).toEqual([expect.stringContaining('synchronous_commit = off')])
    const request = {
      method: 'GET',
      path: '/live-poll/health/ready',
      query: new URLSearchParams(),
      headers: new Headers(),
    }
    const reply = await handle({ ...request, readBody: async () => new Uint8Array() } as never)
    expect(JSON.parse(String(reply?.body))).toEqual({ status: 'ready', degraded: [], durability: 'reduced' })
  })

  test('refuses options that cannot work', () => {
    expect(() => postgres({ pool, prefix: 'Live Poll ' })).toThrow('postgres: prefix: ')
    expect(() => postgres({ pool, schema: '"; drop' })).toThrow('postgres: schema: ')
    expect(() => postgres({ pool, lanes: 0 })).toThrow('postgres: lanes: ')
    expect(() => postgres({ pool: 'postgres://host/db' as unknown as Pool })).toThrow('postgres: pool: ')
  })

  test('a transaction that stands still loses its locks, and its connection leaves the pool', async () => {
    const livePoll = await start()
    const pollId = await createPoll(livePoll)
    const db = new Kysely<Tables>({ dialect: pgDialect(pool) })
    let removed = 0
    pool.on('remove', () => removed++)
    let takeLock = () => {}
    const locked = new Promise<void>((resolve) => {
      takeLock = resolve
    })
    const standing = tryTransaction(db, postgresSql, async (trx) => {
      await postgresSql.lockBoxes(trx, [{ pollId, box: 0 }], true)
      takeLock()
      expect(await castOn(livePoll, { pollId, voter: 'ann', choices: [1] })).toBe(1)
    })
    await locked
    expect(await standing).toMatchObject({ kind: 'unknown', failure: 'lost' })
    await vi.waitFor(() => expect(removed).toBe(1)) // the pool says so when it has ended
    expect(await castOn(livePoll, { pollId, voter: 'ben', choices: [1] })).toBe(1)
  })
})
