import { type Kysely, Migrator } from 'kysely'
import { pollsAndVotes } from './migrations/0001-polls-and-votes.ts'
import { wholeLife } from './migrations/0002-whole-life.ts'
import type { Tables } from './tables.ts'

/** Brings the schema up to this version. Safe to repeat, and from several processes at once. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ '0001-polls-and-votes': pollsAndVotes, '0002-whole-life': wholeLife }) },
    migrationTableName: 'live_poll_migrations',
    migrationLockTableName: 'live_poll_migrations_lock',
  })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}
