import { type Kysely, sql } from 'kysely'
import type { Tables } from '../sql/tables.ts'

/** 0 and 2 leave what has committed in memory for about a second. MariaDB also knows 3, which is safe. */
const unsafeFlush = [0, 2]

/** @returns settings of the server under which a crash or a power cut may lose what has committed */
export async function readUnsafeMysqlSettings(db: Kysely<Tables>): Promise<readonly string[]> {
  const { rows } = await sql<{ flush: number | string }>`
    select @@global.innodb_flush_log_at_trx_commit as flush`.execute(db)
  const flush = Number(rows[0]?.flush)
  return unsafeFlush.includes(flush) ? [`innodb_flush_log_at_trx_commit = ${flush}`] : []
}
