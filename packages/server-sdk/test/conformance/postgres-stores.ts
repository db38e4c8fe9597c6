import { Kysely, PostgresDialect } from 'kysely'
import type { Pool } from 'pg'
import { type PostgresOptions, postgres } from '../../src/adapters/postgres/postgres.ts'
import { nameTables } from '../../src/adapters/sql/name-tables.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { createPostgresDatabase } from '../servers/postgres.ts'
import { createPool } from '../servers/postgres-database.ts'
import type { StoresUnderTest } from './stores.ts'

/** The stores on a real Postgres, where transactions run side by side. */
export function openPostgresStores(): Promise<StoresUnderTest> {
  return openStores('empty', (pool) => ({ pool }))
}

/** The same through a Kysely that the host has made, in tables of other names. */
export function openHostKyselyStores(): Promise<StoresUnderTest> {
  const names = { prefix: 'vote_', schema: 'polls' }
  return openStores('none', (pool) => ({ kysely: new Kysely({ dialect: new PostgresDialect({ pool }) }), ...names }))
}

async function openStores(
  tables: 'empty' | 'none',
  optionsFor: (pool: Pool) => PostgresOptions,
): Promise<StoresUnderTest> {
  const database = await createPostgresDatabase(tables)
  const pool = createPool(database.url)
  const options = optionsFor(pool)
  const adapter = postgres(options)
  if (tables === 'none') await adapter.migrate()
  const { close, ...opened } = await adapter.open(createRecordingLogger())
  return {
    ...opened,
    db: new Kysely({ dialect: new PostgresDialect({ pool }), plugins: [nameTables(options)] }),
    async close() {
      await close()
      await pool.end()
      await database.drop()
    },
  }
}
