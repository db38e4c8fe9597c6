import type { SqlMigration } from '../migrations.ts'

export const pollsAndVotes: SqlMigration = {
  name: '0001-polls-and-votes',
  statements: (db, types) => [
    db.schema
      .createTable('live_poll_polls')
      .addColumn('id', types.id, (column) => column.primaryKey())
      .addColumn('question', types.text, (column) => column.notNull())
      .addColumn('ballot', types.text, (column) => column.notNull())
      .addColumn('show_results', types.text, (column) => column.notNull())
      .addColumn('can_change', 'boolean', (column) => column.notNull())
      .addColumn('opens_at', types.time)
      .addColumn('closes_at', types.time)
      .addColumn('closed_at', types.time)
      .addColumn('boxes', 'integer', (column) => column.notNull())
      .addColumn('plan', 'integer', (column) => column.notNull())
      .addColumn('edition', 'integer', (column) => column.notNull())
      .addColumn('epoch', 'integer', (column) => column.notNull())
      .addColumn('salt', types.text, (column) => column.notNull())
      .addColumn('owner', types.text)
      .addColumn('created_at', types.time, (column) => column.notNull())
      .compile(),
    db.schema.createIndex('live_poll_polls_by_age').on('live_poll_polls').columns(['created_at', 'id']).compile(),
    db.schema
      .createIndex('live_poll_polls_by_closes_at')
      .on('live_poll_polls')
      .columns(['closed_at', 'closes_at'])
      .compile(),
    db.schema
      .createIndex('live_poll_polls_by_opens_at')
      .on('live_poll_polls')
      .columns(['closed_at', 'opens_at'])
      .compile(),
    db.schema
      .createTable('live_poll_choices')
      .addColumn('poll_id', types.id, (column) => column.notNull())
      .addColumn('id', 'integer', (column) => column.notNull())
      .addColumn('label', types.text, (column) => column.notNull())
      .addColumn('position', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('live_poll_choices_key', ['poll_id', 'id'])
      .compile(),
    db.schema
      .createTable('live_poll_boxes')
      .addColumn('poll_id', types.id, (column) => column.notNull())
      .addColumn('box', 'integer', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('live_poll_boxes_key', ['poll_id', 'box'])
      .compile(),
    db.schema
      .createTable('live_poll_votes')
      .addColumn('poll_id', types.id, (column) => column.notNull())
      .addColumn('voter_key', types.id, (column) => column.notNull())
      .addColumn('choices', types.text)
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('vote_id', types.text, (column) => column.notNull())
      .addColumn('accepted_at', types.time, (column) => column.notNull())
      .addPrimaryKeyConstraint('live_poll_votes_key', ['poll_id', 'voter_key'])
      .compile(),
    db.schema
      .createTable('live_poll_tallies')
      .addColumn('poll_id', types.id, (column) => column.notNull())
      .addColumn('box', 'integer', (column) => column.notNull())
      .addColumn('bucket', types.id, (column) => column.notNull())
      .addColumn('votes', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('live_poll_tallies_key', ['poll_id', 'box', 'bucket'])
      .compile(),
    db.schema
      .createTable('live_poll_requests')
      .addColumn('idempotency_key', types.id, (column) => column.primaryKey())
      .addColumn('body_hash', types.text, (column) => column.notNull())
      .addColumn('poll_id', types.id, (column) => column.notNull())
      .addColumn('expires_at', types.time, (column) => column.notNull())
      .compile(),
    db.schema
      .createTable('live_poll_settings')
      .addColumn('name', types.id, (column) => column.primaryKey())
      .addColumn('value', types.text, (column) => column.notNull())
      .compile(),
  ],
}
