import type { SqlMigration } from '../migrations.ts'

/**
 * What better-auth wants, in our names, and `role`. Moments are texts as in `2026-12-01T12:00:00.000Z`: it reads and
 * writes them through whatever time zone and parsers the host's driver has, and texts come back as they went.
 */
export const accounts: SqlMigration = {
  name: '0004-accounts',
  statements: (db, types) => [
    db.schema
      .createTable('live_poll_accounts')
      .addColumn('id', types.id, (column) => column.primaryKey())
      .addColumn('email', types.id, (column) => column.notNull())
      .addColumn('email_verified', 'boolean', (column) => column.notNull())
      .addColumn('name', types.text, (column) => column.notNull())
      .addColumn('image', types.text)
      .addColumn('role', types.id, (column) => column.notNull())
      .addColumn('created_at', types.id, (column) => column.notNull())
      .addColumn('updated_at', types.id, (column) => column.notNull())
      .addUniqueConstraint('live_poll_accounts_email', ['email'])
      .compile(),
    db.schema
      .createTable('live_poll_account_sessions')
      .addColumn('id', types.id, (column) => column.primaryKey())
      .addColumn('user_id', types.id, (column) => column.notNull())
      .addColumn('token', types.id, (column) => column.notNull())
      .addColumn('ip_address', types.text)
      .addColumn('user_agent', types.text)
      .addColumn('expires_at', types.id, (column) => column.notNull())
      .addColumn('created_at', types.id, (column) => column.notNull())
      .addColumn('updated_at', types.id, (column) => column.notNull())
      .addUniqueConstraint('live_poll_account_sessions_token', ['token'])
      .compile(),
    db.schema
      .createIndex('live_poll_account_sessions_by_user')
      .on('live_poll_account_sessions')
      .columns(['user_id'])
      .compile(),
    db.schema
      .createTable('live_poll_account_credentials')
      .addColumn('id', types.id, (column) => column.primaryKey())
      .addColumn('user_id', types.id, (column) => column.notNull())
      .addColumn('account_id', types.id, (column) => column.notNull())
      .addColumn('provider_id', types.id, (column) => column.notNull())
      .addColumn('password', types.text)
      .addColumn('access_token', types.text)
      .addColumn('refresh_token', types.text)
      .addColumn('id_token', types.text)
      .addColumn('access_token_expires_at', types.id)
      .addColumn('refresh_token_expires_at', types.id)
      .addColumn('scope', types.text)
      .addColumn('created_at', types.id, (column) => column.notNull())
      .addColumn('updated_at', types.id, (column) => column.notNull())
      .compile(),
    db.schema
      .createIndex('live_poll_account_credentials_by_user')
      .on('live_poll_account_credentials')
      .columns(['user_id'])
      .compile(),
    db.schema
      .createTable('live_poll_account_verifications')
      .addColumn('id', types.id, (column) => column.primaryKey())
      .addColumn('identifier', types.id, (column) => column.notNull())
      .addColumn('value', types.text, (column) => column.notNull())
      .addColumn('expires_at', types.id, (column) => column.notNull())
      .addColumn('created_at', types.id, (column) => column.notNull())
      .addColumn('updated_at', types.id, (column) => column.notNull())
      .compile(),
    db.schema
      .createIndex('live_poll_verifications_by_identifier')
      .on('live_poll_account_verifications')
      .columns(['identifier'])
      .compile(),
  ],
}
