import { Kysely } from 'kysely'
import type { Database } from '../../ports/database.ts'
import { checkDatabase } from '../sql/check-database.ts'
import { migrate } from '../sql/migrate.ts'
import { checkTableNames, nameTables } from '../sql/name-tables.ts'
import { openSqlDatabase } from '../sql/open-sql-database.ts'
import type { Tables } from '../sql/tables.ts'
import { reading } from '../sql/transaction.ts'
import { checkServer } from './check-server.ts'
import { mysqlDialect } from './mysql-dialect.ts'
import { connectionsOf, isMysqlPool, type MysqlPool } from './mysql-pool.ts'
import { mysqlSql } from './mysql-sql.ts'

export { SchemaError } from '../sql/check-database.ts'
export type { MysqlPool } from './mysql-pool.ts'

/** Your pool, and what the tables are called in its database. */
export interface MysqlOptions {
  /**
   * The host's pool, of `mysql2` or `mysql2/promise`. It stays the host's: nothing here ends it, and no session keeps a
   * setting.
   */
  readonly pool: MysqlPool
  /** Begins the names of all tables. @default 'live_poll_' */
  readonly prefix?: string
  /** Batches of votes at once, each on a connection. @default 4, or one less than the pool has connections */
  readonly lanes?: number
}

/**
 * Polls and votes in the host's MySQL (8.0 or newer) or MariaDB (10.6 or newer), in tables of their own. Nodes may share
 * one.
 *
 * The schema is not made by itself: `npx live-poll migrate`, or `await livePoll.migrate()`. Until then `ready()` rejects
 * with a `SchemaError`.
 *
 * @throws Error for an option that cannot work
 * @example createLivePoll({ database: mysql({ pool: createPool(process.env.DATABASE_URL) }), secret })
 */
export function mysql({ pool, prefix, lanes }: MysqlOptions): Database {
  checkTableNames('mysql', { prefix })
  if (!isMysqlPool(pool)) {
    throw new Error('mysql: pool: send a pool of mysql2, as in mysql({ pool: createPool(uri) }).')
  }
  const batches = lanes ?? Math.max(1, Math.min(4, connectionsOf(pool) - 1))
  if (!Number.isSafeInteger(batches) || batches < 1) throw new Error('mysql: lanes: send a whole number from 1.')
  const db = new Kysely<Tables>({ dialect: mysqlDialect(pool), plugins: [nameTables({ prefix })] })
  return {
    name: 'mysql',
    async migrate() {
      await checkServer(db)
      return migrate(db, mysqlSql)
    },
    async open(logger) {
      await reading(mysqlSql, () => checkServer(db))
      const unsafeSettings = await checkDatabase(db, mysqlSql, { prefix }, logger)
      return {
        ...openSqlDatabase(db, mysqlSql, logger),
        isShared: true,
        lanes: batches,
        unsafeSettings,
        close: async () => {},
      }
    },
  }
}
