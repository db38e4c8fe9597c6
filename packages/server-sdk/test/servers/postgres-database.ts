import { Kysely, PostgresDialect } from 'kysely'
import { Pool, types } from 'pg'
import { pgDialect } from '../../src/adapters/postgres/pg-dialect.ts'
import { postgres } from '../../src/adapters/postgres/postgres.ts'
import { createEventLog } from '../../src/adapters/sql/event-log.ts'
import { createSqlPollStore } from '../../src/adapters/sql/poll-store.ts'
import type { SqlDialect } from '../../src/adapters/sql/sql-dialect.ts'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import type { Database } from '../../src/ports/database.ts'
import type { PollStore } from '../../src/ports/poll-store.ts'

export interface PostgresConnection {
  readonly pool: Pool
  readonly db: Kysely<Tables>
  /** May be called twice. */
  close(): Promise<void>
}

const int8 = 20

/** A pool whose lost connections are errors of their queries, never of the process, and whose int8 are numbers. */
export function connectPostgres(url: string, { connections = 10 } = {}): PostgresConnection {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    types: { getTypeParser: (type, format) => (type === int8 ? Number : types.getTypeParser(type, format)) },
  })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {})) // a checked-out client tells nobody else
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  let closing: Promise<void> | undefined
  return {
    pool,
    db,
    close() {
      closing ??= pool.end()
      return closing
    },
  }
}

/** One that pipelines; others here do not. It does not mind when a test's end drops the database before its connections have ended. */
export function createPool(connectionString: string): Pool {
  return new Pool({ connectionString, pipeline: true }).on('error', () => {})
}

export interface PostgresDatabaseOptions {
  /** Batches at once. @default as shipped */
  readonly lanes?: number
  /** How polls lock and write. @default as shipped */
  readonly pollDialect?: SqlDialect
}

/** Postgres as one node of several uses it, on a pool of its own for as long as it is open. */
export function postgresDatabase(url: string, { lanes, pollDialect }: PostgresDatabaseOptions = {}): Database {
  return {
    name: 'postgres',
    migrate: () => Promise.reject(new Error('The template has the schema.')),
    async open(logger) {
      const pool = createPool(url)
      const opened = await postgres({ pool, lanes }).open(logger)
      let closing: Promise<void> | undefined
      return {
        ...opened,
        ...(pollDialect && { polls: pollsBy(pool, pollDialect) }),
        close() {
          closing ??= opened.close().then(() => pool.end())
          return closing
        },
      }
    },
  }
}

function pollsBy(pool: Pool, dialect: SqlDialect): PollStore {
  return createSqlPollStore(new Kysely({ dialect: pgDialect(pool) }), dialect, createEventLog(dialect))
}
