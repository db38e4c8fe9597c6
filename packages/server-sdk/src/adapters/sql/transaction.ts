import type { Kysely, Transaction } from 'kysely'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

/** Runs work in a transaction of its own, READ COMMITTED whatever the host's default is, within the dialect's limits. */
export function inTransaction<T>(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  work: (trx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (trx) => {
      await dialect.limitTransaction?.(trx)
      return work(trx)
    })
}
