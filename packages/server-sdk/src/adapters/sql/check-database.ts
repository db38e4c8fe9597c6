import type { Kysely } from 'kysely'
import type { Logger } from '../../ports/logger.ts'
import { readSchemaState } from './migrate.ts'
import type { TableNames } from './name-tables.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'
import { reading } from './transaction.ts'

/** The database lacks what this version needs. Its message says how to bring it up. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
}

/**
 * Looks at a database that someone else has set up. Lets a newer schema pass with a warning, and unsafe settings.
 * @returns the unsafe settings
 * @throws SchemaError when the schema is missing or older; PollError `UNAVAILABLE` when the database does not answer
 */
export async function checkDatabase(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  names: TableNames,
  logger: Logger,
): Promise<readonly string[]> {
  const { pending, unknown, isMissing } = await reading(dialect, () => readSchemaState(db, dialect))
  if (pending.length > 0) {
    const what = isMissing ? 'has no tables of Live Poll' : `lacks the steps ${pending.join(', ')}`
    throw new SchemaError(`The database ${what}. Run: ${migrateCommand(names)}`)
  }
  if (unknown.length > 0) {
    logger.warn(`The database is of a newer version: it has the steps ${unknown.join(', ')}, not known to this one.`)
  }
  const unsafeSettings = await reading(dialect, () => dialect.readUnsafeSettings(db))
  if (unsafeSettings.length > 0) {
    logger.warn(`Durability is reduced: ${unsafeSettings.join(', ')}. A crash may lose votes that were acknowledged.`)
  }
  return unsafeSettings
}

function migrateCommand({ prefix, schema }: TableNames): string {
  const options = [prefix && ` --prefix ${prefix}`, schema && ` --schema ${schema}`]
  return `npx live-poll migrate${options.filter(Boolean).join('')}`
}
