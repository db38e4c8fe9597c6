import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import { createPool } from 'mysql2'
import { mysql } from '../../src/adapters/mysql/mysql.ts'
import { mysqlSql } from '../../src/adapters/mysql/mysql-sql.ts'
import type { Database } from '../../src/ports/database.ts'
import { createMariadbDatabase } from './mariadb.ts'
import { connectMariadb, type MariadbConnection } from './mariadb-database.ts'
import type { Gate } from './postgres-gate.ts'
import type { SharedDatabase } from './shared-database.ts'

/** A new MariaDB database for nodes to share. */
export async function shareMariadb(): Promise<SharedDatabase> {
  const database = await createMariadbDatabase()
  const connection = connectMariadb(database.url)
  const { db, pool } = connection
  async function holdRows(statement: string) {
    const session = await pool.promise().getConnection()
    await session.query('set transaction isolation level read committed') // as nodes have it: no gaps are locked
    await session.query('begin')
    await session.query(statement)
    return async () => {
      await session.query('rollback')
      session.release()
    }
  }
  return {
    dialect: mysqlSql,
    url: database.url,
    db,
    forNode: () => mariadbDatabase(database.url),
    closeGate: () => closeGate(connection),
    holdBox: (pollId, box) =>
      holdRows(`select * from live_poll_boxes where poll_id = '${pollId}' and box = ${box} for update`),
    holdRows,
    async countWaiting(where) {
      const waiting = {
        gate: sql`select count(*) as waiting from information_schema.processlist
          where db = database() and state = 'User lock'`,
        // Of the whole server: a list of those who wait stays as it is while it is looked at without a pause.
        row: sql`select variable_value as waiting from information_schema.global_status
          where variable_name = 'INNODB_ROW_LOCK_CURRENT_WAITS'`,
      }
      const { rows } = await sql<{ waiting: number | string }>`${waiting[where]}`.execute(db)
      return Number(rows[0]?.waiting)
    },
    async drop() {
      await connection.close()
      await database.drop()
    },
  }
}

/** MariaDB as one node of several uses it, on a pool of its own for as long as it is open. */
export function mariadbDatabase(url: string): Database {
  return {
    name: 'mysql',
    migrate: () => Promise.reject(new Error('The template has the schema.')),
    async open(logger) {
      const pool = createPool(url)
      const opened = await mysql({ pool }).open(logger)
      let closing: Promise<void> | undefined
      return {
        ...opened,
        close() {
          closing ??= opened.close().then(() => pool.promise().end())
          return closing
        },
      }
    },
  }
}

/** No trigger waits for the commit here: votes come to the gate as they are written, which is after they are decided. */
async function closeGate({ pool }: MariadbConnection): Promise<Gate> {
  const name = `gate_${randomInt(2 ** 31)}`
  const keeper = await pool.promise().getConnection()
  await keeper.query(`do get_lock('${name}', 0)`)
  await keeper.query(`create trigger ${name} after insert on live_poll_votes for each row
    begin do get_lock('${name}', 600); do release_lock('${name}'); end`)
  let opening: Promise<void> | undefined
  return {
    open() {
      opening ??= keeper.query(`do release_lock('${name}')`).then(() => keeper.release())
      return opening
    },
  }
}
