import { type Kysely, sql } from 'kysely'
import type { Tables } from '../sql/tables.ts'

/** Values under which a crash or a power cut may lose what has committed. Servers give them as words or as numbers. */
const unsafe: Readonly<Record<string, readonly string[]>> = {
  innodb_flush_log_at_trx_commit: ['0', '2'], // MariaDB also knows 3, which is safe
  innodb_doublewrite: ['0', 'OFF'],
}

/** @returns settings of the server, as in `innodb_flush_log_at_trx_commit = 2` */
export async function readUnsafeMysqlSettings(db: Kysely<Tables>): Promise<readonly string[]> {
  const names = [...Object.keys(unsafe), 'log_bin', 'sync_binlog']
  const columns = names.map((name) => sql`${sql.raw(`@@global.${name}`)} as ${sql.ref(name)}`)
  const { rows } = await sql<Record<string, unknown>>`select ${sql.join(columns)}`.execute(db)
  const values = new Map(names.map((name) => [name, String(rows[0]?.[name])]))
  const found = Object.keys(unsafe).filter((name) => unsafe[name]?.includes(values.get(name) ?? ''))
  // A recovery undoes what the binary log, where there is one, does not know of.
  const hasBinaryLog = ['1', 'ON'].includes(values.get('log_bin') ?? '')
  if (hasBinaryLog && values.get('sync_binlog') !== '1') found.push('sync_binlog')
  return found.map((name) => `${name} = ${values.get(name)}`)
}
