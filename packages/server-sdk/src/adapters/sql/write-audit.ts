import type { AuditEntry } from '@live-poll/client-sdk/protocol'
import type { Transaction } from 'kysely'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

/** Writes an entry, as of now. @param filter as JSON */
export async function writeAudit(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  pollId: string,
  { filter, ...entry }: Omit<AuditEntry, 'at' | 'filter'> & { readonly filter: string | null },
): Promise<void> {
  await trx
    .insertInto('live_poll_audit')
    .values({ ...entry, filter, poll_id: pollId, at: dialect.clock })
    .execute()
}
