import type { SqlMigration } from '../migrations.ts'

/** What a poll asks of its voters, its invitations, and votes that are taken out. */
export const whoVotes: SqlMigration = {
  name: '0003-who-votes',
  statements: (db, types) => [
    db.schema.alterTable('live_poll_polls').addColumn('voters', types.id).compile(),
    db.schema
      .alterTable('live_poll_polls')
      .addColumn('needs_captcha', 'boolean', (column) => column.notNull().defaultTo(false))
      .compile(),
    db.schema
      .alterTable('live_poll_polls')
      .addColumn('is_private', 'boolean', (column) => column.notNull().defaultTo(false))
      .compile(),
    // A voided vote has no choices any more, so that a node of the version before counts it as one that was taken back.
    db.schema.alterTable('live_poll_votes').addColumn('void_id', types.id).compile(),
    db.schema.alterTable('live_poll_votes').addColumn('voided_choices', types.text).compile(),
    db.schema
      .createTable('live_poll_invitations')
      .addColumn('id', types.id, (column) => column.primaryKey())
      .addColumn('poll_id', types.id, (column) => column.notNull())
      .addColumn('created_at', types.time, (column) => column.notNull())
      .addColumn('revoked_at', types.time)
      .compile(),
    db.schema
      .createIndex('live_poll_invitations_by_poll')
      .on('live_poll_invitations')
      .columns(['poll_id', 'id'])
      .compile(),
    db.schema
      .createTable('live_poll_invitation_uses')
      .addColumn('id', types.id, (column) => column.primaryKey())
      .addColumn('poll_id', types.id, (column) => column.notNull())
      .addColumn('voter_key', types.id, (column) => column.notNull())
      .compile(),
    db.schema
      .createIndex('live_poll_invitation_uses_by_poll')
      .on('live_poll_invitation_uses')
      .columns(['poll_id', 'id'])
      .compile(),
    db.schema
      .createTable('live_poll_audit')
      .addColumn('id', types.id, (column) => column.primaryKey())
      .addColumn('poll_id', types.id, (column) => column.notNull())
      .addColumn('at', types.time, (column) => column.notNull())
      .addColumn('action', types.id, (column) => column.notNull())
      .addColumn('actor', types.text)
      .addColumn('reason', types.text, (column) => column.notNull())
      .addColumn('votes', 'integer', (column) => column.notNull())
      .addColumn('filter', types.text)
      .compile(),
    db.schema.createIndex('live_poll_audit_by_poll').on('live_poll_audit').columns(['poll_id', 'at', 'id']).compile(),
  ],
}
