import { type Kysely, type Migration, sql } from 'kysely'

/** What editing, resetting and hiding need. */
export const wholeLife: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('live_poll_polls').addColumn('min_voters', 'integer').execute()
    await db.schema.alterTable('live_poll_polls').addColumn('revealed_epoch', 'integer').execute()
    await db.schema
      .alterTable('live_poll_polls')
      .addColumn('last_choice_id', 'integer', (column) => column.notNull().defaultTo(200))
      .execute()
    await sql`update live_poll_polls set last_choice_id =
      (select max(id) from live_poll_choices where poll_id = live_poll_polls.id)`.execute(db)
  },
}
