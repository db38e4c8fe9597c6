import { DummyDriver, Kysely, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler } from 'kysely'
import { printMigrations } from '../sql/migrate.ts'
import { checkTableNames, nameTables, type TableNames } from '../sql/name-tables.ts'
import type { Tables } from '../sql/tables.ts'
import { mysqlSql } from './mysql-sql.ts'

/** The schema as SQL, for a host's own migrations. @param after leaves out the steps up to this one */
export function printMysqlSchema(names: TableNames, after?: string): string {
  checkTableNames('mysql', names)
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new MysqlAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new MysqlIntrospector(db),
      createQueryCompiler: () => new MysqlQueryCompiler(),
    },
    plugins: [nameTables(names)],
  })
  return printMigrations(db, mysqlSql, { after })
}
