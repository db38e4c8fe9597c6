import { type Kysely, sql } from 'kysely'
import type { Tables } from '../sql/tables.ts'

/** The first versions that can pass over locked rows. */
const oldest = { MariaDB: [10, 6], MySQL: [8, 0] } as const

interface Server {
  readonly version: string
  readonly autocommit: number | string
  readonly charset: string
  readonly engine: string
}

/** @throws Error that says what to change where the server, or a session of the host's pool, cannot keep our promises */
export async function checkServer(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<Server>`select version() as version, @@session.autocommit as autocommit,
    @@session.character_set_client as charset, @@session.default_storage_engine as engine`.execute(db)
  const [{ version, autocommit, charset, engine } = { version: '', autocommit: 0, charset: '', engine: '' }] = rows
  const name = version.includes('MariaDB') ? 'MariaDB' : 'MySQL'
  const [major = 0, minor = 0] = version.split('.').map(Number.parseFloat)
  const [oldestMajor, oldestMinor] = oldest[name]
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new Error(
      `mysql: ${name} ${version} is too old: ${oldestMajor}.${oldestMinor} or newer can lock what it needs.`,
    )
  }
  if (Number(autocommit) !== 1) {
    throw new Error('mysql: pool: its sessions have autocommit = 0, so that no statement would end; leave it at 1.')
  }
  if (charset !== 'utf8mb4') {
    throw new Error(`mysql: pool: its sessions have the charset ${charset}, which loses text; set it to utf8mb4.`)
  }
  if (engine !== 'InnoDB') {
    throw new Error(
      `mysql: pool: its sessions make tables of ${engine}, which undo nothing; set default_storage_engine.`,
    )
  }
}
