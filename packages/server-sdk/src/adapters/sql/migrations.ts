import type { CompiledQuery, Kysely } from 'kysely'
import type { ColumnTypes, SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

/**
 * One step of the schema. Within a major version of the library steps only add what old nodes can do without: old and new
 * ones run side by side during a deploy. A step that has been released is never changed.
 */
export interface SqlMigration {
  /** Its number and what it is about: steps run in the order of their names. */
  readonly name: string
  /** Without parameters: they can be printed. */
  statements(
    db: Kysely<Tables>,
    types: ColumnTypes,
    dialect: Pick<SqlDialect, 'functions' | 'compressOutbox'>,
  ): readonly CompiledQuery[]
}
