import { type Kysely, sql } from 'kysely'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import { createSqlBallotStore } from '../../src/adapters/sql/ballot-store.ts'
import { createSqlPollStore } from '../../src/adapters/sql/poll-store.ts'
import { claimSetting } from '../../src/adapters/sql/settings.ts'
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
    polls: createSqlPollStore(db, pollDialect),
    ballots: createSqlBallotStore(db, postgresSql),
    lanes,
    claimKey: async (keyId) => (await claimSetting(db, 'key_id', keyId)) === keyId,
    check: async () => {
      await sql`update live_poll_settings set value = value where name = 'key_id'`.execute(db)
    },
    close,
  }
}
