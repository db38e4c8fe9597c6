import type { Kysely, Transaction } from 'kysely'
import { startRetry, unavailable } from './retry.ts'
import type { SqlDialect, SqlFailure } from './sql-dialect.ts'
import type { Tables } from './tables.ts'
import { UndoneError } from './undone-error.ts'

/** How a transaction has ended. */
export type TransactionEnd<T> =
  | { readonly kind: 'committed'; readonly value: T }
  /** Nothing of it is in the database. */
  | { readonly kind: 'undone'; readonly failure: SqlFailure; readonly error: unknown }
  /** It failed at its COMMIT, which may have been carried out: `value` is what its work returned before. */
  | { readonly kind: 'unknown'; readonly value: T; readonly failure: SqlFailure; readonly error: unknown }

/**
 * Runs work once, in a transaction of its own: READ COMMITTED whatever the host's default is, within the dialect's limits.
 * Rejects never.
 */
export async function tryTransaction<T>(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  work: (trx: Transaction<Tables>) => Promise<T>,
): Promise<TransactionEnd<T>> {
  let worked: { readonly value: T } | undefined
  let failed: { readonly error: unknown } | undefined
  try {
    const value = await db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (trx) => {
        try {
          await dialect.limitTransaction?.(trx)
          worked = { value: await work(trx) }
          return worked.value
        } catch (error) {
          failed = { error } // what Kysely throws is the rollback's error, where that fails as well
          throw error
        }
      })
    return { kind: 'committed', value }
  } catch (thrown) {
    if (thrown instanceof UndoneError) {
      return { kind: 'undone', failure: dialect.classify(thrown.cause), error: thrown.cause }
    }
    const error = failed ? failed.error : thrown
    const failure = dialect.classify(error)
    return worked ? { kind: 'unknown', ...worked, failure, error } : { kind: 'undone', failure, error }
  }
}

/** Runs a statement once, which is a transaction of its own. Rejects never. */
export async function tryStatement<T>(
  dialect: SqlDialect,
  run: () => Promise<T>,
): Promise<Exclude<TransactionEnd<T>, { kind: 'unknown' }> | { readonly kind: 'unknown'; readonly error: unknown }> {
  try {
    return { kind: 'committed', value: await run() }
  } catch (error) {
    const failure = dialect.classify(error)
    return failure === 'lost' ? { kind: 'unknown', error } : { kind: 'undone', failure, error }
  }
}

/**
 * Runs work in a transaction until it is committed. Work must bear being done twice: an unknown COMMIT may have been
 * carried out.
 *
 * @param work `earlier` is what it returned in a transaction whose COMMIT is unknown
 * @throws what the database says of work that it refuses; PollError `UNAVAILABLE` when it does not serve for 5 s
 */
export async function inTransaction<T>(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  work: (trx: Transaction<Tables>, earlier: T | undefined) => Promise<T>,
): Promise<T> {
  const retry = startRetry()
  let earlier: T | undefined
  for (;;) {
    const end = await tryTransaction(db, dialect, (trx) => work(trx, earlier))
    if (end.kind === 'committed') return end.value
    if (end.failure === 'refused') throw end.error
    if (end.kind === 'unknown') earlier = end.value
    await retry.pause(end.error)
  }
}

/** Reads, once. @throws PollError `UNAVAILABLE` when the database does not serve */
export async function reading<T>(dialect: SqlDialect, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw dialect.classify(error) === 'refused' ? error : unavailable(error)
  }
}
