import { CompiledQuery, Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { NoConnectionError } from '../sql/take-in-time.ts'
import { mysqlDialect } from './mysql-dialect.ts'
import { classifyMysqlError } from './mysql-errors.ts'
import { type MysqlPool, NoAnswerError, type PoolConnection, type Statement } from './mysql-pool.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A pool of one connection, whose server answers what the test lets it, and a record of what became of it. */
function createSetup() {
  const happened: string[] = []
  const prepared = new Set<string>()
  const server = { answers: (_sql: string) => true }
  const answer = ({ sql }: Statement, callback: (error: null, result: unknown) => void) => {
    if (server.answers(sql)) callback(null, { affectedRows: 0 })
  }
  const connection: PoolConnection = {
    query: answer,
    execute(statement, _, callback) {
      prepared.add(statement.sql)
      answer(statement, callback)
    },
    unprepare: (statement: Statement) => prepared.delete(statement.sql),
    on: () => happened.push('listening'),
    removeListener: () => happened.push('not listening'),
    release: () => happened.push('released'),
    destroy: () => happened.push('destroyed'),
  }
  /** Nobody has taken the connection; otherwise its next user waits until the test gives it. */
  const pool = { isFree: true, give: () => {} }
  const getConnection: Extract<MysqlPool, { getConnection: unknown }>['getConnection'] = (callback) => {
    pool.give = () => callback(null, connection)
    if (pool.isFree) pool.give()
  }
  return { db: new Kysely<unknown>({ dialect: mysqlDialect({ getConnection }) }), pool, server, happened, prepared }
}

it('gives up a pool that has no connection for 5 s, and gives back the one that comes later', async () => {
  const { db, pool, happened } = createSetup()
  pool.isFree = false
  const asking = db.executeQuery(CompiledQuery.raw('select 1')).catch((error) => error)
  await vi.advanceTimersByTimeAsync(5000)
  expect(await asking).toBeInstanceOf(NoConnectionError)
  expect(classifyMysqlError(await asking)).toBe('unable')
  pool.give()
  await vi.advanceTimersByTimeAsync(0)
  expect(happened).toEqual(['released'])
})

it('gives up a statement in a transaction after 5 s, and hangs up', async () => {
  const { db, server, happened } = createSetup()
  server.answers = (text) => !/select|rollback/.test(text)
  const failing = db
    .transaction()
    .execute((trx) => sql`select 1`.execute(trx))
    .catch((error) => error)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await failing).toBeInstanceOf(NoAnswerError)
  expect(classifyMysqlError(await failing)).toBe('lost')
  expect(happened).toEqual(['listening', 'destroyed'])
})

it('hangs up when the session cannot be given back as it was', async () => {
  const { db, server, happened } = createSetup()
  const working = db.transaction().execute(async () => {
    server.answers = (text) => text === 'commit'
  })
  await working
  await vi.advanceTimersByTimeAsync(5000)
  expect(happened).toEqual(['listening', 'destroyed'])
})

it('waits as long as it takes where nothing is locked, as for a change of the schema', async () => {
  const { db, server } = createSetup()
  let isAnswered = false
  server.answers = () => false
  void db.executeQuery(CompiledQuery.raw('alter table')).finally(() => {
    isAnswered = true
  })
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(isAnswered).toBe(false)
})

it('keeps at most 100 statements prepared on a connection, those used last', async () => {
  const { db, prepared } = createSetup()
  for (let text = 0; text < 300; text++) {
    for (const name of [`often`, `text ${text}`]) {
      await db.executeQuery(CompiledQuery.raw(name, [1]))
    }
  }
  expect(prepared.size).toBe(100)
  expect(prepared).toContain('often')
  expect(prepared).toContain('text 299')
  expect(prepared).not.toContain('text 200')
})
