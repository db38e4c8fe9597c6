import type { MysqlPool } from '../adapters/mysql/mysql-pool.ts'
import type { PgPool } from '../adapters/postgres/pg-pool.ts'
import type { TableNames } from '../adapters/sql/name-tables.ts'
import type { Database } from '../ports/database.ts'
import { describeUrl } from './describe-url.ts'
import { EnvError } from './env-error.ts'
import { loadDriver } from './load-driver.ts'

interface Connected {
  readonly database: Database
  /** Ends its connections. */
  end(): Promise<void>
}

interface Technology {
  readonly name: string
  connect(url: string, names: TableNames, connections: number): Promise<Connected>
  printSchema(names: TableNames, after: string | undefined): Promise<string>
}

const postgres: Technology = {
  name: 'postgres',
  async connect(connectionString, names, max) {
    const { Pool } = loadDriver('pg') as { Pool: new (options: object) => PgPool & { end(): Promise<void> } }
    const pool = new Pool({ connectionString, max })
    const adapter = await import('../adapters/postgres/postgres.ts')
    return { database: adapter.postgres({ pool, ...names }), end: () => pool.end() }
  },
  async printSchema(names, after) {
    return (await import('../adapters/postgres/print-schema.ts')).printPostgresSchema(names, after)
  },
}

const mysql: Technology = {
  name: 'mysql',
  async connect(url, names, connectionLimit) {
    const { createPool } = loadDriver('mysql2/promise') as {
      createPool(options: object): MysqlPool & { end(): Promise<void> }
    }
    const pool = createPool({ uri: url.replace(/^mariadb:/, 'mysql:'), connectionLimit })
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

/**
 * A database by its URL. Its connections begin and end with each `open`.
 * @param url as in `postgres://user:password@host/name`
 * @param connections at once, at most
 * @throws EnvError
 */
export function connectDatabase(url: string, names: TableNames = {}, connections = 10): Database {
  const technology = technologyOf(url, names)
  return {
    name: technology.name,
    async open(logger) {
      const { database, end } = await technology.connect(url, names, connections)
      try {
        const opened = await database.open(logger)
        let closing: Promise<void> | undefined
        return {
          ...opened,
          close() {
            closing ??= opened.close().finally(end)
            return closing
          },
        }
      } catch (error) {
        await end()
        throw error
      }
    },
    async migrate() {
      const { database, end } = await technology.connect(url, names, connections)
      return database.migrate().finally(end)
    },
  }
}

/** @param url only its beginning counts @param after prints the steps after this one @throws EnvError */
export async function printSchema(url: string, names: TableNames, after: string | undefined): Promise<string> {
  return technologyOf(url, names).printSchema(names, after)
}

/** As in `postgres://ada@db.example:5432/polls`, for a terminal: parameters may hold secrets as well. @throws EnvError */
export function nameDatabase(url: string): string {
  technologyOf(url, {})
  if (!URL.canParse(url)) throw wrongUrl('another text')
  const { protocol, username, host, pathname } = new URL(url)
  return `${protocol}//${username}${username && '@'}${host}${pathname}`
}

function technologyOf(url: string, { schema }: TableNames): Technology {
  const technology = technologies[/^\w+:/.exec(url)?.[0] ?? '']
  if (!technology) throw wrongUrl(url === '' ? 'unset' : describeUrl(url))
  if (technology === mysql && schema !== undefined) {
    throw new EnvError('LIVE_POLL_DATABASE', 'names the database of MySQL; --schema is for Postgres.')
  }
  return technology
}

function wrongUrl(given: string) {
  const examples = 'postgres://user:password@host/name or mysql://user:password@host/name'
  return new EnvError('LIVE_POLL_DATABASE', `must be a URL, as in ${examples}, not ${given}.`)
}
