import { Kysely } from 'kysely'
import type { Database } from '../../ports/database.ts'
import { checkDatabase } from '../sql/check-database.ts'
import { migrate } from '../sql/migrate.ts'
import { checkTableNames, nameTables } from '../sql/name-tables.ts'
import { openSqlDatabase } from '../sql/open-sql-database.ts'
import type { Tables } from '../sql/tables.ts'
import { mysqlDialect } from './mysql-dialect.ts'
import type { MysqlPool } from './mysql-pool.ts'
import { mysqlSql } from './mysql-sql.ts'

export type { MysqlPool } from './mysql-pool.ts'

export interface MysqlOptions {
  /** The host's pool, of `mysql2` or `mysql2/promise`. It stays the host's: whoever made it ends it. */
  readonly pool: MysqlPool
  /** Begins the names of all tables. @default 'live_poll_' */
  readonly prefix?: string
  /** Batches of votes in flight at once, each on a connection of its own. @default 4 */
  readonly lanes?: number
}

/**
 * The host's MySQL (8.0 or newer) or MariaDB (10.6 or newer).
 *
 * @example createLivePoll({ database: mysql({ pool: createPool(process.env.DATABASE_URL) }), secret })
 */
export function mysql({ pool, prefix, lanes = 4 }: MysqlOptions): Database {
  checkTableNames('mysql', { prefix })
  const db = new Kysely<Tables>({ dialect: mysqlDialect(pool), plugins: [nameTables({ prefix })] })
  return {
    name: 'mysql',
    migrate: () => migrate(db, mysqlSql),
    async open(logger) {
      const unsafeSettings = await checkDatabase(db, mysqlSql, { prefix }, logger)
      return { ...openSqlDatabase(db, mysqlSql), lanes, unsafeSettings, close: async () => {} }
    },
  }
}
