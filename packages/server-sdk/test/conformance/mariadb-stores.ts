import { mysqlSql } from '../../src/adapters/mysql/mysql-sql.ts'
import { createSqlBallotStore } from '../../src/adapters/sql/ballot-store.ts'
import { createSqlPollStore } from '../../src/adapters/sql/poll-store.ts'
import { createSqlVoteRecords } from '../../src/adapters/sql/vote-records.ts'
import { createMariadbDatabase } from '../servers/mariadb.ts'
import { connectMariadb } from '../servers/mariadb-database.ts'
import type { StoresUnderTest } from './stores.ts'

/** The stores on a real MariaDB, where transactions run side by side. */
export async function openMariadbStores(): Promise<StoresUnderTest> {
  const database = await createMariadbDatabase()
  const { db, close } = connectMariadb(database.url)
  return {
    polls: createSqlPollStore(db, mysqlSql),
    ballots: createSqlBallotStore(db, mysqlSql),
    records: createSqlVoteRecords(db, mysqlSql),
    db,
    async close() {
      await close()
      await database.drop()
    },
  }
}
