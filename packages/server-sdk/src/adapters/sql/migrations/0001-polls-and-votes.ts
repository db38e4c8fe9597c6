import { type Kysely, type Migration, sql } from 'kysely'

/** Text that is only ever compared as bytes: faster, and the same order on every server. */
const idType = sql`text collate "C"`
const time = sql`timestamptz(3)`

export const pollsAndVotes: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('live_poll_polls')
      .addColumn('id', idType, (column) => column.primaryKey())
      .addColumn('question', 'text', (column) => column.notNull())
      .addColumn('ballot', 'text', (column) => column.notNull())
      .addColumn('show_results', 'text', (column) => column.notNull())
      .addColumn('can_change', 'boolean', (column) => column.notNull())
      .addColumn('opens_at', time)
      .addColumn('closes_at', time)
      .addColumn('closed_at', time)
      .addColumn('boxes', 'integer', (column) => column.notNull())
      .addColumn('plan', 'integer', (column) => column.notNull())
      .addColumn('edition', 'integer', (column) => column.notNull())
      .addColumn('epoch', 'integer', (column) => column.notNull())
      .addColumn('salt', 'text', (column) => column.notNull())
      .addColumn('owner', 'text')
      .addColumn('created_at', time, (column) => column.notNull().defaultTo(sql`clock_timestamp()`))
      .execute()
    await db.schema.createIndex('live_poll_polls_by_age').on('live_poll_polls').columns(['created_at', 'id']).execute()
    for (const turn of ['opens_at', 'closes_at']) {
      await db.schema
        .createIndex(`live_poll_polls_by_${turn}`)
        .on('live_poll_polls')
        .column(turn)
        .where('closed_at', 'is', null)
        .execute()
    }

    await db.schema
      .createTable('live_poll_choices')
      .addColumn('poll_id', idType, (column) => column.notNull())
      .addColumn('id', 'integer', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('live_poll_choices_key', ['poll_id', 'id'])
      .execute()

    await db.schema
      .createTable('live_poll_boxes')
      .addColumn('poll_id', idType, (column) => column.notNull())
      .addColumn('box', 'integer', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('live_poll_boxes_key', ['poll_id', 'box'])
      .execute()

    await db.schema
      .createTable('live_poll_votes')
      .addColumn('poll_id', idType, (column) => column.notNull())
      .addColumn('voter_key', idType, (column) => column.notNull())
      .addColumn('choices', 'text')
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('vote_id', 'text', (column) => column.notNull())
      .addColumn('accepted_at', time, (column) => column.notNull())
      .addPrimaryKeyConstraint('live_poll_votes_key', ['poll_id', 'voter_key'])
      .execute()

    await db.schema
      .createTable('live_poll_tallies')
      .addColumn('poll_id', idType, (column) => column.notNull())
      .addColumn('box', 'integer', (column) => column.notNull())
      .addColumn('bucket', idType, (column) => column.notNull())
      .addColumn('votes', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('live_poll_tallies_key', ['poll_id', 'box', 'bucket'])
      .execute()

    await db.schema
      .createTable('live_poll_requests')
      .addColumn('idempotency_key', idType, (column) => column.primaryKey())
      .addColumn('body_hash', 'text', (column) => column.notNull())
      .addColumn('poll_id', idType, (column) => column.notNull())
      .addColumn('expires_at', time, (column) => column.notNull())
      .execute()

    await db.schema
      .createTable('live_poll_settings')
      .addColumn('name', idType, (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute()
  },
}
