import { type Kysely, sql, type Transaction } from 'kysely'
import type { Idempotency, InsertOutcome } from '../../ports/poll-store.ts'
import { readClock } from './read-clock.ts'
import type { SqlDialect } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'
import { inTransaction } from './transaction.ts'

/** Claims the key for `pollId`, or says what it stands for. Its life is measured by the database's clock. */
export async function claimRequest(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  { key, bodyHash, life }: Idempotency,
  pollId: string,
): Promise<Exclude<InsertOutcome, { kind: 'refused' }>> {
  const now = await readClock(trx, dialect)
  await trx
    .deleteFrom('live_poll_requests')
    .where('idempotency_key', '=', key)
    .where('expires_at', '<=', dialect.time(now))
    .execute()
  const claim = {
    idempotency_key: key,
    body_hash: bodyHash,
    poll_id: pollId,
    expires_at: dialect.time(new Date(now.getTime() + life)),
  }
  const { numInsertedOrUpdatedRows } = await dialect
    .ifAbsent(trx.insertInto('live_poll_requests').values(claim))
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows === 1n) return { kind: 'inserted' }
  const earlier = await trx
    .selectFrom('live_poll_requests')
    .select(['body_hash', 'poll_id'])
    .where('idempotency_key', '=', key)
    .executeTakeFirstOrThrow()
  return earlier.body_hash === bodyHash ? { kind: 'repeated', pollId: earlier.poll_id } : { kind: 'key-reused' }
}

/** Gives back a key that was claimed for a poll which then was not made. */
export async function releaseRequest(trx: Transaction<Tables>, { key }: Idempotency): Promise<void> {
  await trx.deleteFrom('live_poll_requests').where('idempotency_key', '=', key).execute()
}

/** Removes keys whose life is over (`PollStore.forgetRequests`). */
export async function forgetRequests(db: Kysely<Tables>, dialect: SqlDialect, most: number): Promise<number> {
  const now = dialect.time(await readClock(db, dialect))
  // Found without a lock first: a search that locks as it goes would hold up whoever makes a poll.
  const found = await db
    .selectFrom('live_poll_requests')
    .select('idempotency_key')
    .where('expires_at', '<=', now)
    .limit(most)
    .execute()
  if (found.length === 0) return 0
  const keys = found.map(({ idempotency_key }) => idempotency_key)
  return inTransaction<number>(db, dialect, async (trx, earlier = 0) => {
    // What another node removes at this moment is passed over; one that was claimed anew meanwhile is not over.
    const { rows } = await sql<{ key: string }>`
      select idempotency_key as ${sql.ref('key')} from ${table('live_poll_requests')} ${dialect.alongKey}
      where ${dialect.isOneOf('idempotency_key', keys)} and expires_at <= ${now}
      for update skip locked`.execute(trx)
    // One by one: for many at once MariaDB reads the whole table, and waits for rows that are none of these.
    for (const { key } of rows) {
      await trx.deleteFrom('live_poll_requests').where('idempotency_key', '=', key).execute()
    }
    return earlier + rows.length
  })
}
