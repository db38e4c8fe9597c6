import type { Database } from '@live-poll/server-sdk'
import { createPool as createMysqlPool } from 'mysql2'
import { Pool } from 'pg'
import { mysql } from '../../src/adapters/mysql/mysql.ts'
import { postgres } from '../../src/adapters/postgres/postgres.ts'
import type { FaultyDatabase } from './database-adapters.ts'

/** A host's pool of few connections, which the host also uses for itself. */
export interface HostPool {
  /** The adapter on it. */
  readonly database: Database
  /** Takes all its connections. @returns gives them back */
  exhaust(): Promise<() => void>
  /** Whether somebody waits, or has waited, for a connection. */
  isWaitedFor(): boolean
  end(): Promise<void>
}

const connections = 3

/** With the pool's own settings, which are to wait for a connection for ever. */
export const hostPools: Readonly<Record<FaultyDatabase, (url: string) => HostPool>> = {
  postgres(url) {
    const pool = new Pool({ connectionString: url, max: connections }).on('error', () => {})
    return {
      database: postgres({ pool }),
      exhaust: async () => giveBack(await takeAll(() => pool.connect())),
      isWaitedFor: () => pool.waitingCount > 0,
      end: () => pool.end(),
    }
  },
  mariadb(url) {
    const pool = createMysqlPool({ uri: url, connectionLimit: connections })
    let hasWaited = false
    pool.on('enqueue', () => {
      hasWaited = true
    })
    return {
      database: mysql({ pool }),
      async exhaust() {
        const taken = await takeAll(() => pool.promise().getConnection())
        hasWaited = false
        return giveBack(taken)
      },
      isWaitedFor: () => hasWaited,
      end: () => pool.promise().end(),
    }
  },
}

function takeAll<T>(take: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: connections }, take))
}

function giveBack(taken: readonly { release(): void }[]) {
  return () => {
    for (const connection of taken) connection.release()
  }
}
