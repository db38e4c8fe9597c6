import { Kysely } from 'kysely'
import { createPool, type Pool } from 'mysql2'
import { mysqlDialect } from '../../src/adapters/mysql/mysql-dialect.ts'
import type { Tables } from '../../src/adapters/sql/tables.ts'

export interface MariadbConnection {
  readonly pool: Pool
  readonly db: Kysely<Tables>
  /** May be called twice. */
  close(): Promise<void>
}

export function connectMariadb(url: string, { connections = 10 } = {}): MariadbConnection {
  const pool = createPool({ uri: url, connectionLimit: connections })
  let closing: Promise<void> | undefined
  return {
    pool,
    db: new Kysely<Tables>({ dialect: mysqlDialect(pool) }),
    close() {
      closing ??= pool.promise().end()
      return closing
    },
  }
}
