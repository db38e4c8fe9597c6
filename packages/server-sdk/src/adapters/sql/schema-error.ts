import type { Logger } from '../../ports/logger.ts'
import type { SchemaState } from './migrate.ts'
import type { TableNames } from './name-tables.ts'

/** The database lacks what this version needs. Its message says how to bring it up. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError'
}

/** Lets a newer schema pass with a warning. @throws SchemaError when it is missing or older */
export function checkSchema({ pending, unknown, isMissing }: SchemaState, names: TableNames, logger: Logger): void {
  if (pending.length > 0) {
    const what = isMissing ? 'has no tables of Live Poll' : `lacks the steps ${pending.join(', ')}`
    throw new SchemaError(`The database ${what}. Run: ${migrateCommand(names)}`)
  }
  if (unknown.length > 0) {
    logger.warn(`The database is of a newer version: it has the steps ${unknown.join(', ')}, not known to this one.`)
  }
}

function migrateCommand({ prefix, schema }: TableNames): string {
  const options = [prefix && ` --prefix ${prefix}`, schema && ` --schema ${schema}`]
  return `npx live-poll migrate${options.filter(Boolean).join('')}`
}
