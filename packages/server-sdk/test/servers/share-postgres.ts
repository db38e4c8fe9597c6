import { sql } from 'kysely'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import { createPostgresDatabase } from './postgres.ts'
import { connectPostgres, postgresDatabase } from './postgres-database.ts'
import { closeGate, holdBox } from './postgres-gate.ts'
import type { SharedDatabase } from './shared-database.ts'

/** A new Postgres database for nodes to share. */
export async function sharePostgres(): Promise<SharedDatabase> {
  const database = await createPostgresDatabase()
  const connection = connectPostgres(database.url)
  const { db } = connection
  const waitEvents = { gate: ['advisory'], row: ['transactionid', 'tuple'] }
  return {
    dialect: postgresSql,
    url: database.url,
    db,
    forNode: () => postgresDatabase(database.url),
    closeGate: () => closeGate(connection, 'before votes are committed'),
    async holdBox(pollId, box) {
      const session = await holdBox(connection, pollId, box)
      return async () => {
        await session.query('rollback')
        session.release()
      }
    },
    async holdRows(statement) {
      const session = await connection.pool.connect()
      await session.query('begin')
      await session.query(statement)
      return async () => {
        await session.query('rollback')
        session.release()
      }
    },
    async countWaiting(where) {
      const { rows } = await sql<{ waiting: number }>`
        select count(*)::int as waiting from pg_stat_activity where datname = current_database()
          and wait_event_type = 'Lock' and wait_event in (${sql.join(waitEvents[where])})`.execute(db)
      return rows[0]?.waiting ?? 0
    },
    async drop() {
      await connection.close()
      await database.drop()
    },
  }
}
