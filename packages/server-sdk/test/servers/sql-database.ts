import type { Kysely } from 'kysely'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import { openSqlDatabase as openAsShipped } from '../../src/adapters/sql/open-sql-database.ts'
import { createSqlPollStore } from '../../src/adapters/sql/poll-store.ts'
import type { SqlDialect } from '../../src/adapters/sql/sql-dialect.ts'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import type { OpenDatabase } from '../../src/ports/database.ts'

export interface SqlDatabaseOptions {
  /** Batches at once. */
  readonly lanes: number
  /** How polls lock and write; votes always do as shipped. @default postgresSql */
  readonly pollDialect?: SqlDialect
  close(): Promise<void>
}

/** What an adapter opens, on a connection that the test has made itself and can look through. */
export function openSqlDatabase(
  db: Kysely<Tables>,
  { lanes, pollDialect = postgresSql, close }: SqlDatabaseOptions,
): OpenDatabase {
  return {
    ...openAsShipped(db, postgresSql),
    polls: createSqlPollStore(db, pollDialect),
    lanes,
    close,
  }
}
