import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import { createSqlBallotStore } from '../../src/adapters/sql/ballot-store.ts'
import { createSqlPollStore } from '../../src/adapters/sql/poll-store.ts'
import { createPostgresDatabase } from '../servers/postgres.ts'
import { connectPostgres } from '../servers/postgres-database.ts'
import type { StoresUnderTest } from './stores.ts'

/** The stores on a real Postgres, where transactions run side by side. */
export async function openPostgresStores(): Promise<StoresUnderTest> {
  const database = await createPostgresDatabase()
  const { db, close } = connectPostgres(database.url)
  return {
    polls: createSqlPollStore(db, postgresSql),
    ballots: createSqlBallotStore(db, postgresSql),
    db,
    async close() {
      await close()
      await database.drop()
    },
  }
}
