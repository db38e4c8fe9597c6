import { sql, type Transaction } from 'kysely'
import type { SqlDialect } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'

/** Tables that may hold any number of a poll's rows, each with its key within the poll. */
const keys = {
  live_poll_votes: 'voter_key',
  live_poll_invitations: 'id',
  live_poll_invitation_uses: 'id',
} as const

/** Rows that one statement deletes: few enough to be well within a statement's time. */
const pageSize = 50_000

/** Deletes what a table holds of a locked poll, however much that is: page by page, along the key. */
export async function deleteOfPoll(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  name: keyof typeof keys,
  pollId: string,
): Promise<void> {
  await dialect.readInOrder?.(trx)
  let from: string | undefined = ''
  while (from !== undefined) from = await deletePage(trx, name, pollId, from)
}

/** @returns where the next page begins; undefined: there is none */
async function deletePage(
  trx: Transaction<Tables>,
  name: keyof typeof keys,
  pollId: string,
  from: string,
): Promise<string | undefined> {
  const key = sql.ref(keys[name])
  const rest = sql`from ${table(name)} where poll_id = ${pollId} and ${key} >= ${from}`
  const { rows } = await sql<{ next: string }>`
    select ${key} as ${sql.ref('next')} ${rest} order by ${key} limit 1 offset ${sql.lit(pageSize)}`.execute(trx)
  const next = rows[0]?.next
  await sql`delete ${rest} ${next === undefined ? sql`` : sql`and ${key} < ${next}`}`.execute(trx)
  return next
}
