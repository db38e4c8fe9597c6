import { type Kysely, sql } from 'kysely'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

/** The database's clock. */
export async function readClock(db: Kysely<Tables>, dialect: SqlDialect): Promise<Date> {
  const { rows } = await sql<{ now: number | string }>`select ${dialect.millis(dialect.clock)} as now`.execute(db)
  return toDate(rows[0]?.now ?? 0)
}

/** What `SqlDialect.millis` has read, in whatever form the driver gives integers. */
export function toDate(millis: number | string): Date
export function toDate(millis: number | string | null): Date | null
export function toDate(millis: number | string | null): Date | null {
  return millis === null ? null : new Date(Number(millis))
}
