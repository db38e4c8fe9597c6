import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Kysely } from 'kysely'
import { pgliteDialect } from '../../src/adapters/embedded/pglite-dialect.ts'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import { openSqlDatabase } from '../../src/adapters/sql/open-sql-database.ts'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import { makeDataFolder } from '../data-folder.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import type { StoresUnderTest } from './stores.ts'

/** The stores of the embedded adapter, opened as it opens them, without its lock. */
export async function openEmbeddedStores(): Promise<StoresUnderTest> {
  const directory = await makeDataFolder()
  const pglite = await PGlite.create(join(directory, 'database'))
  const db = new Kysely<Tables>({ dialect: pgliteDialect(pglite, () => {}) })
  return {
    ...openSqlDatabase(db, postgresSql, createRecordingLogger()),
    db,
    async close() {
      await db.destroy()
      await pglite.close()
      await rm(directory, { recursive: true })
    },
  }
}
