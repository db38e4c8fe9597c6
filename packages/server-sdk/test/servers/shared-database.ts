import { type Kysely, sql } from 'kysely'
import type { SqlDialect } from '../../src/adapters/sql/sql-dialect.ts'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import type { Database } from '../../src/ports/database.ts'
import { byTurns } from '../at-length.ts'
import { describeOnMariadb } from './mariadb.ts'
import { shareMariadb } from './mariadb-gate.ts'
import { describeOnPostgres } from './postgres.ts'
import { type Gate, untilInDatabase } from './postgres-gate.ts'
import { sharePostgres } from './share-postgres.ts'

/** A database that nodes share, and what a test does to it behind their back. */
export interface SharedDatabase {
  readonly dialect: SqlDialect
  readonly url: string
  /** The test's own way into it. */
  readonly db: Kysely<Tables>
  /** As one node uses it. */
  forNode(): Database
  /** Closes a gate for transactions that have written a vote: they come no further, with every lock they hold. */
  closeGate(): Promise<Gate>
  /** Locks a box in a transaction of its own. @returns rolls it back */
  holdBox(pollId: string, box: number): Promise<() => Promise<void>>
  /** Runs a statement that locks rows in a transaction of its own, that no limit ends. @returns rolls it back */
  holdRows(statement: string): Promise<() => Promise<void>>
  /** How many sessions wait at a gate, or for a row that another transaction has locked. */
  countWaiting(where: 'gate' | 'row'): Promise<number>
  drop(): Promise<void>
}

/** Makes a new one, with the schema and nothing in it. */
export type MakeShared = () => Promise<SharedDatabase>

/** Where two nodes can be at one poll. As `describe`, and how to make one. */
export const sharedDatabases = [
  ['Postgres', describeOnPostgres, sharePostgres],
  ['MariaDB', describeOnMariadb, shareMariadb],
] as const

/** One of them, by turns. @param what is tried on it */
export function sharedDatabasesByTurns(what: string) {
  return byTurns(`databases for ${what}`, sharedDatabases, 1, ([name]) => name)
}

/** Resolves when so many sessions wait. */
export async function untilWaiting(shared: SharedDatabase, where: 'gate' | 'row', sessions = 1): Promise<void> {
  await untilInDatabase(`${sessions} wait for a ${where}`, async () => (await shared.countWaiting(where)) >= sessions)
}

/** Makes a poll's closing time be this moment, as if it had stood there all along: nobody has to wait for it. */
export async function makeDue({ db, dialect }: Pick<SharedDatabase, 'db' | 'dialect'>, pollId: string): Promise<void> {
  await db.updateTable('live_poll_polls').set({ closes_at: dialect.clock }).where('id', '=', pollId).execute()
}

/** Whether so many milliseconds have passed since a poll's closing time. */
export async function isOverFor({ db, dialect }: SharedDatabase, pollId: string, millis: number): Promise<boolean> {
  const since = sql<number>`${dialect.millis(dialect.clock)} - ${dialect.millis(sql.ref('closes_at'))}`
  const row = await db
    .selectFrom('live_poll_polls')
    .select(since.as('since'))
    .where('id', '=', pollId)
    .executeTakeFirstOrThrow()
  return Number(row.since) > millis
}
