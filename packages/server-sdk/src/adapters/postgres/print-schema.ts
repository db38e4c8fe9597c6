import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { printMigrations } from '../sql/migrate.ts'
import { checkTableNames, nameTables, type TableNames } from '../sql/name-tables.ts'
import type { Tables } from '../sql/tables.ts'
import { postgresSql } from './postgres-sql.ts'

/** The schema as SQL, for a host's own migrations. @param after leaves out the steps up to this one */
export function printPostgresSchema(names: TableNames, after?: string): string {
  checkTableNames('postgres', names)
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [nameTables(names)],
  })
  return printMigrations(db, postgresSql, { schema: names.schema, after })
}
