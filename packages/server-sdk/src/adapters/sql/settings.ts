import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** Writes a setting unless it has a value. @returns the value that stands */
export async function claimSetting(db: Kysely<Tables>, name: string, value: string): Promise<string> {
  await db
    .insertInto('live_poll_settings')
    .values({ name, value })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const row = await db
    .selectFrom('live_poll_settings')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return row.value
}
