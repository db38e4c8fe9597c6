import type { Kysely } from 'kysely'
import { createPool as createMysqlPool } from 'mysql2/promise'
import { Client } from 'pg'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import { describeOnMariadb } from '../servers/mariadb.ts'
import { connectMariadb } from '../servers/mariadb-database.ts'
import { findMariadbPrograms, mariadbUrl } from '../servers/mariadb-programs.ts'
import { type OwnServer, type ServerPrograms, startOwnServer } from '../servers/own-server.ts'
import { describeOnPostgres } from '../servers/postgres.ts'
import { connectPostgres } from '../servers/postgres-database.ts'
import { findPostgresPrograms, postgresUrl } from '../servers/postgres-programs.ts'
import { databaseAdapters, type FaultyDatabase } from './database-adapters.ts'

/** A database with the schema, on a server of the test's own. */
export interface DatabaseUnderFault {
  readonly name: FaultyDatabase
  readonly server: OwnServer
  readonly url: string
  /** The test's own way into it. */
  connect(): { readonly db: Kysely<Tables>; close(): Promise<void> }
  /** Deadlocks that the server has met. */
  countDeadlocks(): Promise<number>
}

interface Kind {
  readonly name: FaultyDatabase
  readonly describe: (title: string, body: () => void) => void
  start(): Promise<DatabaseUnderFault>
}

const faultyDatabases: readonly Kind[] = [
  { name: 'postgres', describe: describeOnPostgres, start: startPostgres },
  { name: 'mariadb', describe: describeOnMariadb, start: startMariadb },
]

/** A body for each database, skipped where its server is not installed, or under CI=true failing. */
export function describeOnEach(title: string, body: (kind: Kind) => void): void {
  for (const kind of faultyDatabases) kind.describe(`${title}, on ${kind.name}`, () => body(kind))
}

const database = 'faults'

function startInstalled(programs: ServerPrograms | undefined): Promise<OwnServer> {
  if (!programs) throw new Error('The database server is not installed: see CONTRIBUTING.md.')
  return startOwnServer(programs)
}

async function startPostgres(): Promise<DatabaseUnderFault> {
  const server = await startInstalled(findPostgresPrograms())
  const admin = new Client({ connectionString: postgresUrl(server.port, 'postgres') })
  await admin.connect()
  await admin.query(`create database ${database}`)
  await admin.end()
  const url = postgresUrl(server.port, database)
  await databaseAdapters.postgres(url).migrate()
  return {
    ...{ name: 'postgres', server, url },
    connect: () => connectPostgres(url),
    countDeadlocks: async () => server.log().split('deadlock detected').length - 1,
  }
}

async function startMariadb(): Promise<DatabaseUnderFault> {
  const server = await startInstalled(findMariadbPrograms())
  const admin = createMysqlPool({ uri: mariadbUrl(server.port), connectionLimit: 1 })
  await admin.query(`create database ${database}`)
  await admin.end()
  const url = mariadbUrl(server.port, database)
  await databaseAdapters.mariadb(url).migrate()
  return {
    ...{ name: 'mariadb', server, url },
    connect: () => connectMariadb(url),
    async countDeadlocks() {
      const pool = createMysqlPool({ uri: url, connectionLimit: 1 })
      const [rows] = await pool.query("show global status like 'Innodb_deadlocks'")
      await pool.end()
      return Number((rows as { Value: string }[])[0]?.Value)
    },
  }
}
