import { Kysely } from 'kysely'
import type { Database } from '../../ports/database.ts'
import type { Logger } from '../../ports/logger.ts'
import { checkDatabase } from '../sql/check-database.ts'
import { migrate } from '../sql/migrate.ts'
import { checkTableNames, nameTables, type TableNames } from '../sql/name-tables.ts'
import { openSqlDatabase } from '../sql/open-sql-database.ts'
import type { SqlDialect } from '../sql/sql-dialect.ts'
import type { Tables } from '../sql/tables.ts'
import { writeLastPostgres } from './ballot-statements.ts'
import { pgDialect } from './pg-dialect.ts'
import type { PgPool } from './pg-pool.ts'
import { lockAndReadPostgres } from './postgres-reading.ts'
import { postgresSql } from './postgres-sql.ts'
import { limitReading, limitTransaction } from './transaction-limits.ts'

export { SchemaError } from '../sql/check-database.ts'
export type { TableNames } from '../sql/name-tables.ts'
export type { PgClient, PgPool, PgQuery } from './pg-pool.ts'

/** Your pool or your Kysely, what the tables are called, and how many batches of votes run at once. */
export type PostgresOptions = (PostgresPoolOptions | PostgresKyselyOptions) & TableNames & PostgresLanes

interface PostgresPoolOptions {
  /** The host's pool of `pg`. It stays the host's: nothing here ends it, and no session keeps a setting. */
  readonly pool: PgPool
}

interface PostgresKyselyOptions {
  /**
   * The host's own Kysely on Postgres, in place of a pool. Its plugins are left out. Its pool must listen to its clients
   * (`pool.on('connect', (client) => client.on('error', log))`), or a lost connection ends the process.
   */
  readonly kysely: HostKysely
}

interface PostgresLanes {
  /** Batches of votes at once, each on a connection. @default 4, or one less than the pool has connections */
  readonly lanes?: number
}

/** A `Kysely`, of whatever tables the host has. */
export interface HostKysely {
  withoutPlugins(): unknown
}

/**
 * Polls and votes in the host's Postgres, in tables of their own. Nodes may share one.
 *
 * The schema is not made by itself: `npx live-poll migrate`, or `await livePoll.migrate()`. Until then `ready()` rejects
 * with a `SchemaError`.
 *
 * @throws Error for an option that cannot work
 * @example createLivePoll({ database: postgres({ pool: new Pool({ connectionString }) }), secret })
 */
export function postgres(options: PostgresOptions): Database {
  checkTableNames('postgres', options)
  const { prefix, schema } = options
  const { host, dialect, defaultLanes, listen } = connect(options)
  const { lanes = defaultLanes } = options
  if (!Number.isSafeInteger(lanes) || lanes < 1) throw new Error('postgres: lanes: send a whole number from 1.')
  const db = host.withPlugin(nameTables({ prefix, schema }))
  return {
    name: 'postgres',
    migrate: () => migrate(db, dialect, schema),
    async open(logger) {
      const unsafeSettings = await checkDatabase(db, dialect, { prefix, schema }, logger)
      const stopListening = listen(logger)
      return {
        ...openSqlDatabase(db, dialect, logger),
        isShared: true,
        lanes,
        unsafeSettings,
        close: async () => stopListening(),
      }
    },
  }
}

interface Connected {
  readonly host: Kysely<Tables>
  readonly dialect: SqlDialect
  readonly defaultLanes: number
  /** @returns stops it, which may be called twice */
  listen(logger: Logger): () => void
}

function connect(options: PostgresPoolOptions | PostgresKyselyOptions): Connected {
  if ('kysely' in options) {
    return {
      host: options.kysely.withoutPlugins() as Kysely<Tables>,
      dialect: { ...postgresSql, limitTransaction, limitReading },
      defaultLanes: 4,
      listen: () => () => {},
    }
  }
  const { pool } = options
  if (typeof pool?.connect !== 'function') {
    throw new Error('postgres: pool: send a Pool of pg, as in postgres({ pool: new Pool({ connectionString }) }).')
  }
  return {
    host: new Kysely<Tables>({ dialect: pgDialect(pool) }),
    dialect: {
      ...postgresSql,
      limitReading,
      lockAndRead: lockAndReadPostgres,
      writeLast: writeLastPostgres,
    },
    defaultLanes: Math.max(1, Math.min(4, (pool.options?.max ?? 10) - 1)),
    listen(logger) {
      // Without any listener on the pool, an idle connection that is lost ends the process.
      const onError = (error: Error) => logger.warn('An idle connection to the database was lost.', error)
      pool.on('error', onError)
      return () => pool.off('error', onError)
    },
  }
}
