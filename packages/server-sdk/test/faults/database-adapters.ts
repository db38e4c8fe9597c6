import type { Database } from '@live-poll/server-sdk'
import { createPool as createMysqlPool } from 'mysql2'
import { mysql } from '../../src/adapters/mysql/mysql.ts'
import { postgres } from '../../src/adapters/postgres/postgres.ts'
import { createPool as createPostgresPool } from '../servers/postgres-database.ts'

/** The databases whose faults are tested. */
export type FaultyDatabase = 'postgres' | 'mariadb'

/** The adapter, as a host has it, on a pool that lasts as long as its process. */
export const databaseAdapters: Readonly<Record<FaultyDatabase, (url: string) => Database>> = {
  postgres: (url) => postgres({ pool: createPostgresPool(url) }),
  mariadb: (url) => mysql({ pool: createMysqlPool({ uri: url, connectionLimit: 10 }) }),
}
