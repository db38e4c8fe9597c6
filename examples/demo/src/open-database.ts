import type { Database } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { mysql } from '@live-poll/server-sdk/mysql'
import { postgres } from '@live-poll/server-sdk/postgres'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { SettingError } from './settings.ts'

export interface DemoDatabase {
  readonly database: Database
  /** For the terminal: without a password. */
  readonly name: string
  /** Ends the connections. */
  end(): Promise<void>
}

/** @param url of Postgres, MySQL or MariaDB @throws SettingError */
export function connectDatabase(url: string): DemoDatabase {
  const name = withoutPassword(url)
  switch (new URL(url).protocol) {
    case 'postgres:':
    case 'postgresql:': {
      const pool = new Pool({ connectionString: url })
      return { database: postgres({ pool }), name, end: () => pool.end() }
    }
    case 'mysql:':
    case 'mariadb:': {
      const pool = createPool({ uri: url.replace(/^mariadb:/, 'mysql:') })
      return { database: mysql({ pool }), name, end: () => pool.end() }
    }
    default:
      throw new SettingError('LIVE_POLL_DATABASE must begin with postgres:// or mysql://.')
  }
}

/** @param name of the folder, for the terminal */
export function embeddedDatabase(directory: string, name: string): DemoDatabase {
  return { database: embedded({ directory }), name: `${name} (embedded database)`, end: async () => {} }
}

/** As in `postgres://ada@db.example:5432/polls`; parameters may hold secrets as well. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) throw new SettingError('LIVE_POLL_DATABASE must be a URL, as in postgres://user@host/polls.')
  const { protocol, username, host, pathname } = new URL(url)
  return `${protocol}//${username}${username && '@'}${host}${pathname}`
}
