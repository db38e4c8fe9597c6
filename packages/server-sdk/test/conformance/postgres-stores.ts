import { Kysely, PostgresDialect } from 'kysely'
import { postgres } from '../../src/adapters/postgres/postgres.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { createPostgresDatabase } from '../servers/postgres.ts'
import { createPool } from '../servers/postgres-database.ts'
import type { StoresUnderTest } from './stores.ts'

/** The stores on a real Postgres, where transactions run side by side. */
export async function openPostgresStores(): Promise<StoresUnderTest> {
  const database = await createPostgresDatabase()
  const pool = createPool(database.url)
  const { polls, ballots, records, close } = await postgres({ pool }).open(createRecordingLogger())
  return {
    polls,
    ballots,
    records,
    db: new Kysely({ dialect: new PostgresDialect({ pool }) }),
    async close() {
      await close()
      await pool.end()
      await database.drop()
    },
  }
}
