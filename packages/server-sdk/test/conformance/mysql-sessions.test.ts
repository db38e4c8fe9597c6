import { Kysely, sql, type Transaction } from 'kysely'
import { createPool, type Pool, type PoolOptions } from 'mysql2'
import { createPool as createPromisePool } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { mysqlDialect } from '../../src/adapters/mysql/mysql-dialect.ts'
import type { MysqlPool } from '../../src/adapters/mysql/mysql-pool.ts'
import { mysqlSql } from '../../src/adapters/mysql/mysql-sql.ts'
import { createSqlBallotStore } from '../../src/adapters/sql/ballot-store.ts'
import { createEventLog } from '../../src/adapters/sql/event-log.ts'
import { createSqlPollStore } from '../../src/adapters/sql/poll-store.ts'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { createMariadbDatabase, describeOnMariadb, type MariadbTestDatabase } from '../servers/mariadb.ts'
import { newPoll, vote } from './stores.ts'

describeOnMariadb('sessions of the host’s mysql2 pool', () => {
  let database: MariadbTestDatabase
  const pools: Pool[] = []
  beforeAll(async () => {
    database = await createMariadbDatabase()
  })
  afterEach(async () => {
    for (const pool of pools.splice(0)) await pool.promise().end()
  })
  afterAll(() => database.drop())

  const makePool = (options: PoolOptions = {}): Pool => {
    const pool = createPool({ uri: database.url, connectionLimit: 1, ...options })
    pools.push(pool)
    return pool
  }
  const open = (pool: MysqlPool) => new Kysely<Tables>({ dialect: mysqlDialect(pool) })
  const inTransaction = <T>(db: Kysely<Tables>, work: (trx: Transaction<Tables>) => Promise<T>) =>
    db.transaction().setIsolationLevel('read committed').execute(work)

  /** What the one connection of a pool has set, as the host finds it. */
  async function settingsOf(pool: Pool) {
    const [rows] = await pool.promise().query(`select ${settings}`)
    return (rows as object[])[0]
  }

  it('have their limits inside a transaction, and the host’s own settings after it', async () => {
    const pool = makePool()
    await pool.promise().query(`set session wait_timeout = 1234, innodb_lock_wait_timeout = 17, net_read_timeout = 41,
      net_write_timeout = 42, tx_isolation = 'SERIALIZABLE'`)
    const before = await settingsOf(pool)
    const inside = await inTransaction(open(pool), async (trx) => {
      const { rows } = await sql.raw(`select ${settings}`).execute(trx)
      return rows[0]
    })
    expect(inside).toEqual({
      ...{ isolation: 'READ-COMMITTED', autocommit: 0, lock: 3, idle: 2, reading: 2, writing: 2 },
    })
    expect(before).toEqual({
      ...{ isolation: 'SERIALIZABLE', autocommit: 1, lock: 17, idle: 1234, reading: 41, writing: 42 },
    })
    expect(await settingsOf(pool)).toEqual(before)
    await expect(inTransaction(open(pool), () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await settingsOf(pool)).toEqual(before)
  })

  it('read and write the same, whatever the host has set for its own', async () => {
    const quiet = await liveOneLife(makePool())
    const hostile = makePool({
      ...{ timezone: '+05:30', dateStrings: true, supportBigNumbers: true, bigNumberStrings: true },
      ...{ decimalNumbers: true, rowsAsArray: true, nestTables: true, namedPlaceholders: true },
      typeCast: () => 'the host reads it otherwise',
    })
    hostile.on('connection', (connection) => {
      connection.query(`set time_zone = '-09:00', sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT'`)
    })
    expect(await liveOneLife(hostile)).toEqual(quiet)
    expect(await liveOneLife(createPromisePoolOn(database.url))).toEqual(quiet)
  })

  /** Everything that comes out of a poll's life, with texts that a careless quotation would break. */
  async function liveOneLife(pool: MysqlPool) {
    const db = open(pool)
    const log = createEventLog(mysqlSql)
    const polls = createSqlPollStore(db, mysqlSql, log)
    const ballots = createSqlBallotStore(db, mysqlSql, log, createRecordingLogger())
    const opensAt = new Date('2001-02-03T04:05:06.789Z')
    const labels = [`\\' or "1"="1`, '食べる 🍜', 'é']
    const poll = newPoll({
      choices: labels.map((label) => ({ label })),
      opensAt,
      question: `?\\"; -- :name ${'漢'.repeat(300)}`,
      owner: `o'\\`,
    })
    await polls.insert(poll, { key: poll.id, bodyHash: 'b', life: 60_000 })
    expect(await polls.insert(poll, { key: poll.id, bodyHash: 'b', life: 60_000 })).toMatchObject({ kind: 'repeated' })
    const one = vote(poll.id, { ballot: [1, 3] })
    expect(await ballots.commit([one, vote(poll.id)])).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }])
    expect(await polls.close(poll.id, 'now')).toBe('changed')
    const record = await polls.read(poll.id)
    if (!record) throw new Error('The poll is gone.')
    const { facts, version, buckets, now } = record
    for (const time of [now, facts.createdAt, facts.closedAt]) {
      expect(Math.abs(Number(time) - Date.now())).toBeLessThan(60_000)
    }
    const { id, createdAt, closedAt, ...rest } = facts
    expect(rest).toMatchObject({ opensAt, question: poll.question, owner: poll.owner })
    return {
      rest,
      version,
      buckets: [...buckets].sort(),
      vote: (await ballots.readVotes([{ pollId: poll.id, voterKey: one.voterKey }]))[0]?.ballot,
    }
  }

  function createPromisePoolOn(url: string) {
    const pool = createPromisePool({ uri: url, connectionLimit: 1 })
    pools.push(pool.pool as unknown as Pool)
    return pool
  }
})

const settings = `@@session.tx_isolation as isolation, @@session.autocommit as autocommit,
  @@session.innodb_lock_wait_timeout as \`lock\`, @@session.wait_timeout as idle,
  @@session.net_read_timeout as reading, @@session.net_write_timeout as writing`
