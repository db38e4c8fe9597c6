import { sql } from 'kysely'
import type { SqlDialect } from '../sql/sql-dialect.ts'

export const postgresMoments: Pick<SqlDialect, 'clock' | 'millis' | 'time'> = {
  clock: sql<Date>`clock_timestamp()`,
  // Before version 14 epochs are floating point: whole milliseconds come out near, and are rounded to what they were.
  millis: (moment) => sql`round(extract(epoch from date_trunc('milliseconds', ${moment})) * 1000)::bigint`,
  time: (moment) => sql<Date>`${moment.toISOString()}::timestamptz`,
}
