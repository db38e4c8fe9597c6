import { type RawBuilder, sql } from 'kysely'
import { padded } from '../sql/parts.ts'

/** Rows that one statement takes; from 1,000 on MariaDB turns a list of keys into a table, and reads all of the other. */
const most = 512

/**
 * Cuts rows into parts, each as long as some power of two: few different texts of statements, however batches differ.
 *
 * @param filler what to repeat a part's last row as, where twice is not the same as once
 */
export function* inParts<T>(rows: readonly T[], filler?: (last: T) => T): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += most) yield padded(rows.slice(start, start + most), filler)
}

/** Whether a row is one of a poll's. A list of one is spelt out: MariaDB would update by reading the whole table. */
export function hasKey(
  column: 'box' | 'voter_key',
  keys: readonly (readonly [string, string | number])[],
): RawBuilder<unknown> {
  const [[pollId, value] = []] = keys
  if (keys.length === 1) return sql`poll_id = ${pollId} and ${sql.ref(column)} = ${value}`
  return sql`(poll_id, ${sql.ref(column)}) in (${sql.join(keys.map((key) => sql`(${sql.join(key)})`))})`
}
