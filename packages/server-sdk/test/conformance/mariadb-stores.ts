import { mysqlSql } from '../../src/adapters/mysql/mysql-sql.ts'
import { openSqlDatabase } from '../../src/adapters/sql/open-sql-database.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { createMariadbDatabase } from '../servers/mariadb.ts'
import { connectMariadb } from '../servers/mariadb-database.ts'
import type { StoresUnderTest } from './stores.ts'

/** The stores on a real MariaDB, where transactions run side by side. */
export async function openMariadbStores(): Promise<StoresUnderTest> {
  const database = await createMariadbDatabase()
  const { db, close } = connectMariadb(database.url)
  return {
    ...openSqlDatabase(db, mysqlSql, createRecordingLogger()),
    db,
    async close() {
      await close()
      await database.drop()
    },
  }
}
