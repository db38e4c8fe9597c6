import { sql, type Transaction } from 'kysely'
import type { Tables } from '../sql/tables.ts'

/**
 * What bounds a transaction: a node that stops in the middle of one, or a statement that does not end, holds up the others
 * for so long. Set for the transaction only, never for the host's session.
 */
export const limits = {
  idle_in_transaction_session_timeout: '2s',
  lock_timeout: '3s',
  statement_timeout: '5s',
} as const

/**
 * The plan of a statement that has a name is made once: to make it anew takes longer than to carry it out for a few votes. It
 * may be made while a table is empty and outlive that, so it uses indexes whatever the size.
 */
const plans = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' } as const

/** Statements that set the limits, and how to plan, to be sent together with the one that begins the transaction. */
export const limitStatements: string = Object.entries({ ...limits, ...plans })
  .map(([name, value]) => `; set local ${name} = '${value}'`)
  .join('')

/** Sets the limits in a transaction that someone else has begun. */
export async function limitTransaction(trx: Transaction<Tables>): Promise<void> {
  await setLocally(trx, limits)
}

/** Lets a transaction that reads wait for a slow reader, but not for one that has gone. */
export async function limitReading(trx: Transaction<Tables>): Promise<void> {
  await setLocally(trx, { idle_in_transaction_session_timeout: '10min', statement_timeout: '1min', ...inOrder })
}

/** Without statistics, as after a rush of votes, all that is left would be sorted for every page: along the key it lies in order. */
const inOrder = { enable_sort: 'off' }

export async function readInOrder(trx: Transaction<Tables>): Promise<void> {
  await setLocally(trx, inOrder)
}

/** Any number that no other library is likely to lock. */
const migrationLock = '7810775350107014157'

/**
 * Waits until no other node migrates, and lets this transaction take its time. But what waits for a lock on a table has votes
 * wait behind it: that stays short.
 */
export async function beginMigration(trx: Transaction<Tables>): Promise<void> {
  await setLocally(trx, { statement_timeout: '0', lock_timeout: '10min' })
  await sql`select pg_advisory_xact_lock(${migrationLock}::bigint)`.execute(trx)
  await setLocally(trx, { lock_timeout: limits.lock_timeout })
}

async function setLocally(trx: Transaction<Tables>, settings: Readonly<Record<string, string>>): Promise<void> {
  const calls = Object.entries(settings).map(([name, value]) => sql`set_config(${name}, ${value}, true)`)
  await sql`select ${sql.join(calls)}`.execute(trx)
}
