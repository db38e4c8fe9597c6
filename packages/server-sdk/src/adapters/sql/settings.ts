import type { Kysely } from 'kysely'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

/** Writes a setting unless it has a value. @returns the value that stands */
export async function claimSetting(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  name: string,
  value: string,
): Promise<string> {
  await dialect.ifAbsent(db.insertInto('live_poll_settings').values({ name, value })).execute()
  const row = await db
    .selectFrom('live_poll_settings')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return row.value
}
