import { type Kysely, sql } from 'kysely'
import type { Tables } from '../sql/tables.ts'

/** Settings under which a crash or a power cut may lose what has committed. */
const unsafe = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' } as const

/** @returns those of the server, or of the user's sessions, as in `fsync = off` */
export async function readUnsafePostgresSettings(db: Kysely<Tables>): Promise<readonly string[]> {
  const names = Object.keys(unsafe) as (keyof typeof unsafe)[]
  const columns = names.map((name) => sql`current_setting(${sql.lit(name)}) as ${sql.ref(name)}`)
  const { rows } = await sql<Record<string, string>>`select ${sql.join(columns)}`.execute(db)
  return names.filter((name) => rows[0]?.[name] === unsafe[name]).map((name) => `${name} = ${unsafe[name]}`)
}
