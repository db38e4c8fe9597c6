import type { SqlMigration } from '../migrations.ts'

/** Events that wait for their sinks, who is about to deliver them, and those that were given up. */
export const outbox: SqlMigration = {
  name: '0006-outbox',
  statements: (db, types, { compressOutbox }) => [
    db.schema
      .createTable('live_poll_outbox')
      .addColumn('sink', types.id, (column) => column.notNull())
      .addColumn('poll_id', types.id, (column) => column.notNull())
      .addColumn('box', 'integer', (column) => column.notNull())
      .addColumn('epoch', 'integer', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('at', types.time, (column) => column.notNull())
      .addColumn('events', types.text, (column) => column.notNull())
      .addPrimaryKeyConstraint('live_poll_outbox_key', ['sink', 'poll_id', 'box', 'epoch', 'seq'])
      .compile(),
    db.schema
      .createTable('live_poll_outbox_lanes')
      .addColumn('sink', types.id, (column) => column.notNull())
      .addColumn('poll_id', types.id, (column) => column.notNull())
      .addColumn('box', 'integer', (column) => column.notNull())
      .addColumn('claimed_by', types.id)
      .addColumn('claimed_until', types.time)
      .addColumn('failures', 'integer', (column) => column.notNull())
      .addColumn('retry_at', types.time)
      .addPrimaryKeyConstraint('live_poll_outbox_lanes_key', ['sink', 'poll_id', 'box'])
      .compile(),
    db.schema
      .createTable('live_poll_outbox_dead')
      .addColumn('sink', types.id, (column) => column.notNull())
      .addColumn('poll_id', types.id, (column) => column.notNull())
      .addColumn('box', 'integer', (column) => column.notNull())
      .addColumn('epoch', 'integer', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('at', types.time, (column) => column.notNull())
      .addColumn('events', types.text, (column) => column.notNull())
      .addColumn('died_at', types.time, (column) => column.notNull())
      .addColumn('reason', types.text, (column) => column.notNull())
      .addPrimaryKeyConstraint('live_poll_outbox_dead_key', ['sink', 'poll_id', 'box', 'epoch', 'seq'])
      .compile(),
    ...(compressOutbox ? [compressOutbox.compile(db)] : []),
  ],
}
