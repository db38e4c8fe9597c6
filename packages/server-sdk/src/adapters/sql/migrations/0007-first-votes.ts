import type { SqlMigration } from '../migrations.ts'

/** What writes votes that are their voters' first, where the database has something of its own for that. */
export const firstVotes: SqlMigration = {
  name: '0007-first-votes',
  statements: (db, _types, { functions = [] }) => functions.map((statement) => statement.compile(db)),
}
