import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { MysqlPool } from '../adapters/mysql/mysql-pool.ts'
import type { PgPool } from '../adapters/postgres/pg-pool.ts'
import type { TableNames } from '../adapters/sql/name-tables.ts'
import type { Database } from '../ports/database.ts'
import { UsageError } from './usage-error.ts'

export interface ConnectedDatabase {
  readonly database: Database
  /** Ends its connections. */
  end(): Promise<void>
}

interface Technology {
  connect(url: string, names: TableNames): Promise<ConnectedDatabase>
  printSchema(names: TableNames, after: string | undefined): Promise<string>
}

const postgres: Technology = {
  async connect(connectionString, names) {
    const { Pool } = loadDriver('pg') as { Pool: new (options: object) => PgPool & { end(): Promise<void> } }
    const pool = new Pool({ connectionString, max: 2 })
    const adapter = await import('../adapters/postgres/postgres.ts')
    return { database: adapter.postgres({ pool, ...names }), end: () => pool.end() }
  },
  async printSchema(names, after) {
    return (await import('../adapters/postgres/print-schema.ts')).printPostgresSchema(names, after)
  },
}

const mysql: Technology = {
  async connect(url, names) {
    const { createPool } = loadDriver('mysql2/promise') as {
      createPool(options: object): MysqlPool & { end(): Promise<void> }
    }
    const pool = createPool({ uri: url, connectionLimit: 2 })
    const adapter = await import('../adapters/mysql/mysql.ts')
    return { database: adapter.mysql({ pool, prefix: names.prefix }), end: () => pool.end() }
  },
  async printSchema(names, after) {
    return (await import('../adapters/mysql/print-schema.ts')).printMysqlSchema(names, after)
  },
}

const technologies: Readonly<Record<string, Technology>> = {
  'postgres:': postgres,
  'postgresql:': postgres,
  'mysql:': mysql,
  'mariadb:': mysql,
}

/** @param url of a database, as in `postgres://user:password@host/name` @throws UsageError */
export async function connectDatabase(url: string, names: TableNames): Promise<ConnectedDatabase> {
  return technologyOf(url, names).connect(url.replace(/^mariadb:/, 'mysql:'), names)
}

/** @param url only its beginning counts @param after prints the steps after this one @throws UsageError */
export async function printSchema(url: string, names: TableNames, after: string | undefined): Promise<string> {
  return technologyOf(url, names).printSchema(names, after)
}

function technologyOf(url: string, { schema }: TableNames): Technology {
  const technology = technologies[/^\w+:/.exec(url)?.[0] ?? '']
  if (!technology) {
    throw new UsageError('set LIVE_POLL_DATABASE to a URL, as in postgres://user:password@host/name or mysql://...')
  }
  if (technology === mysql && schema !== undefined) {
    throw new UsageError('--schema is for Postgres; with MySQL, name the database in LIVE_POLL_DATABASE.')
  }
  return technology
}

/** The host's own driver, of the folder where the command runs. @throws Error with the line that installs it */
function loadDriver(name: string): unknown {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return createRequire(from)(name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  const [packageName] = name.split('/')
  throw new Error(`the package ${packageName} is missing. Run: npm install ${packageName}`)
}
