import type { Database } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { mysql } from '@live-poll/server-sdk/mysql'
import { postgres } from '@live-poll/server-sdk/postgres'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'

export interface OpenedDatabase {
  readonly database: Database
  /** Ends the connections that were opened for it. */
  end(): Promise<void>
}

/** @param location of the database: a URL, as in `postgres://user:password@host/name` or `mysql://...`, or a folder */
export function openDatabase(location: string): OpenedDatabase {
  if (/^postgres(ql)?:/.test(location)) {
    const pool = new Pool({ connectionString: location, max: 5 })
    return { database: postgres({ pool }), end: () => pool.end() }
  }
  if (/^mysql:/.test(location)) {
    const pool = createPool({ uri: location, connectionLimit: 5 })
    return { database: mysql({ pool }), end: () => pool.end() }
  }
  return { database: embedded({ directory: location }), end: async () => {} }
}
