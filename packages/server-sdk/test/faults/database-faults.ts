import type { Kysely } from 'kysely'
import { createPool as createMysqlPool } from 'mysql2/promise'
import { Client } from 'pg'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import { byTurns } from '../at-length.ts'
import { createMariadbDatabase, describeOnMariadb } from '../servers/mariadb.ts'
import { connectMariadb } from '../servers/mariadb-database.ts'
import { findMariadbPrograms, mariadbUrl } from '../servers/mariadb-programs.ts'
import { type OwnServer, type ServerPrograms, startOwnServer } from '../servers/own-server.ts'
import { createPostgresDatabase, describeOnPostgres } from '../servers/postgres.ts'
import { connectPostgres } from '../servers/postgres-database.ts'
import { findPostgresPrograms, postgresUrl } from '../servers/postgres-programs.ts'
import { databaseAdapters, type FaultyDatabase } from './database-adapters.ts'

/** A database with the schema. */
export interface DatabaseUnderFault {
  readonly name: FaultyDatabase
  readonly url: string
  /** The test's own way into it. */
  connect(): { readonly db: Kysely<Tables>; close(): Promise<void> }
  drop(): Promise<void>
}

/** One on a server of the test's own, which may be killed. */
export interface DatabaseOnOwnServer extends Omit<DatabaseUnderFault, 'drop'> {
  readonly server: OwnServer
  /** Deadlocks that the server has met. */
  countDeadlocks(): Promise<number>
}

interface Kind {
  readonly name: FaultyDatabase
  readonly describe: (title: string, body: () => void) => void
  /** On the server that all tests share: another one takes seconds to make. */
  create(): Promise<DatabaseUnderFault>
  start(): Promise<DatabaseOnOwnServer>
}

const faultyDatabases: readonly Kind[] = [
  { name: 'postgres', describe: describeOnPostgres, create: createOnPostgres, start: startPostgres },
  { name: 'mariadb', describe: describeOnMariadb, create: createOnMariadb, start: startMariadb },
]

/** A body for each database, by turns; skipped where its server is not installed, or under CI=true failing. */
export function describeOnEach(title: string, body: (kind: Kind) => void): void {
  const kinds = byTurns(`databases for "${title}"`, faultyDatabases, 1, ({ name }) => name)
  for (const kind of kinds) kind.describe(`${title}, on ${kind.name}`, () => body(kind))
}

const database = 'faults'

function startInstalled(programs: ServerPrograms | undefined): Promise<OwnServer> {
  if (!programs) throw new Error('The database server is not installed: see CONTRIBUTING.md.')
  return startOwnServer(programs)
}

async function createOnPostgres(): Promise<DatabaseUnderFault> {
  const { url, drop } = await createPostgresDatabase()
  return { name: 'postgres', url, connect: () => connectPostgres(url), drop }
}

async function createOnMariadb(): Promise<DatabaseUnderFault> {
  const { url, drop } = await createMariadbDatabase()
  return { name: 'mariadb', url, connect: () => connectMariadb(url), drop }
}

async function startPostgres(): Promise<DatabaseOnOwnServer> {
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

async function startMariadb(): Promise<DatabaseOnOwnServer> {
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
