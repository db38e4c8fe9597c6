import { sql } from 'kysely'
import type { SqlMigration } from '../migrations.ts'
import { table } from '../tables.ts'

/** What editing, resetting and hiding need. */
export const wholeLife: SqlMigration = {
  name: '0002-whole-life',
  statements: (db) => [
    db.schema.alterTable('live_poll_polls').addColumn('min_voters', 'integer').compile(),
    db.schema.alterTable('live_poll_polls').addColumn('revealed_epoch', 'integer').compile(),
    db.schema
      .alterTable('live_poll_polls')
      .addColumn('last_choice_id', 'integer', (column) => column.notNull().defaultTo(200))
      .compile(),
    sql`update ${table('live_poll_polls')} set last_choice_id = (
      select max(c.id) from ${table('live_poll_choices')} c where c.poll_id = ${sql.ref('live_poll_polls.id')}
    )`.compile(db),
  ],
}
