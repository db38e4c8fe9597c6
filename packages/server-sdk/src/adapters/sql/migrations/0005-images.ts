import type { SqlMigration } from '../migrations.ts'

/** What is known of pictures, and which polls and choices show one. */
export const images: SqlMigration = {
  name: '0005-images',
  statements: (db, types) => [
    db.schema
      .createTable('live_poll_images')
      .addColumn('id', types.id, (column) => column.primaryKey())
      .addColumn('owner', types.id)
      .addColumn('state', types.id, (column) => column.notNull())
      .addColumn('attempt', types.id, (column) => column.notNull())
      .addColumn('width', 'integer', (column) => column.notNull())
      .addColumn('height', 'integer', (column) => column.notNull())
      .addColumn('placeholder', types.text, (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('created_at', types.time, (column) => column.notNull())
      .addColumn('last_used_at', types.time, (column) => column.notNull())
      .compile(),
    db.schema.createIndex('live_poll_images_by_owner').on('live_poll_images').columns(['owner']).compile(),
    db.schema
      .createIndex('live_poll_images_by_age')
      .on('live_poll_images')
      .columns(['state', 'last_used_at'])
      .compile(),
    ...(['live_poll_polls', 'live_poll_choices'] as const).flatMap((name) => [
      db.schema.alterTable(name).addColumn('image_id', types.id).compile(),
      db.schema.alterTable(name).addColumn('image_alt', types.text).compile(),
      db.schema.createIndex(`${name}_by_image`).on(name).columns(['image_id']).compile(),
    ]),
  ],
}
