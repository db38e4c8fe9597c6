import { type RawBuilder, sql } from 'kysely'
import type { SharedDatabase } from './shared-database.ts'

/** What a poll is made of; the rest of the tables stays as it is. */
const tables = ['polls', 'choices', 'boxes', 'votes', 'tallies'] as const

/** Copies all polls aside, as of one moment. @returns puts them back as they were, in one transaction, under their nodes */
export async function takeBackup({ db }: Pick<SharedDatabase, 'db'>): Promise<() => Promise<void>> {
  const live = (table: string) => sql.table(`live_poll_${table}`)
  const copy = (table: string) => sql.table(`backup_${table}`)
  for (const table of tables) {
    await sql`create table ${copy(table)} as select * from ${live(table)} where 1 = 0`.execute(db)
  }
  const move = (from: (table: string) => RawBuilder<unknown>, to: (table: string) => RawBuilder<unknown>) =>
    db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (trx) => {
        await sql`select poll_id, box from ${live('boxes')} order by poll_id, box for update`.execute(trx)
        for (const table of tables) {
          await sql`delete from ${to(table)}`.execute(trx)
          await sql`insert into ${to(table)} select * from ${from(table)}`.execute(trx)
        }
      })
  await move(live, copy)
  return () => move(copy, live)
}
