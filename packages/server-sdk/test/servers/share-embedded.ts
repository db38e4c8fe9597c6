import type { Kysely } from 'kysely'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import { openSqlDatabase } from '../../src/adapters/sql/open-sql-database.ts'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import type { Database } from '../../src/ports/database.ts'
import { openEmbeddedStores } from '../conformance/embedded-stores.ts'
import type { SharedDatabase } from './shared-database.ts'

/** An open embedded database, as an adapter. It stays open. */
export function embeddedDatabase(db: Kysely<Tables>): Database {
  return {
    name: 'embedded',
    open: async (logger) => ({
      ...openSqlDatabase(db, postgresSql, logger),
      ...{ isShared: false, lanes: 1, unsafeSettings: [], close: async () => {} },
    }),
    migrate: async () => [],
  }
}

/** A new embedded database, for nodes of this process. It has one session: nobody waits in it for a gate or a row. */
export async function shareEmbedded(): Promise<Pick<SharedDatabase, 'dialect' | 'db' | 'forNode' | 'drop'>> {
  const { db, close } = await openEmbeddedStores()
  return {
    dialect: postgresSql,
    db,
    forNode: () => embeddedDatabase(db),
    drop: close,
  }
}
