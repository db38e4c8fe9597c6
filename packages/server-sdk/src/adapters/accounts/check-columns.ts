import type { BetterAuthOptions } from 'better-auth'
import { models } from './account-tables.ts'
import type { BetterAuthPackage } from './load-better-auth.ts'

/**
 * Compares what better-auth wants with what the schema's step has made: a host may have installed another version.
 * @throws Error that names what is missing
 */
export function checkColumns({ getAuthTables }: Pick<BetterAuthPackage, 'getAuthTables'>, options: BetterAuthOptions) {
  const made = new Map(
    Object.values(models).map(({ table, columns }) => [table as string, new Set<string>(Object.values(columns))]),
  )
  const missing = Object.values(getAuthTables(options)).flatMap(({ modelName, fields }) =>
    Object.entries(fields)
      .map(([name, { fieldName = name }]) => fieldName)
      .filter((column) => !made.get(modelName)?.has(column))
      .map((column) => `${modelName}.${column}`),
  )
  if (missing.length === 0) return
  throw new Error(
    `accounts: this better-auth wants ${missing.join(', ')}, which the schema does not have. ` +
      'Install the version that the optional peer dependency names.',
  )
}
