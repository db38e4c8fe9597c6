import type { Kysely } from 'kysely'
import { createPool as createMysqlPool } from 'mysql2/promise'
import { Client } from 'pg'
import type { Tables } from '../../src/adapters/sql/tables.ts'
import { describeOnMariadb } from '../servers/mariadb.ts'
import { connectMariadb } from '../servers/mariadb-database.ts'
import { findMariadbBinaries } from '../servers/mariadb-server.ts'
import { describeOnPostgres } from '../servers/postgres.ts'
import { findPostgresBinaries } from '../servers/postgres-cluster.ts'
import { connectPostgres } from '../servers/postgres-database.ts'
import { databaseAdapters, type FaultyDatabase } from './database-adapters.ts'
import { type KillableServer, type ServerPrograms, startKillableServer } from './database-server.ts'

/** A database with the schema, on a server of the test's own. */
export interface DatabaseUnderFault {
  readonly name: FaultyDatabase
  readonly server: KillableServer
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

async function startPostgres(): Promise<DatabaseUnderFault> {
  const binaries = findPostgresBinaries() ?? 'postgresql-is-not-installed'
  const server = await startKillableServer(postgresPrograms(binaries))
  const urlOf = (name: string) => `postgres://postgres@127.0.0.1:${server.port}/${name}`
  const admin = new Client({ connectionString: urlOf('postgres') })
  await admin.connect()
  await admin.query(`create database ${database}`)
  await admin.end()
  const url = urlOf(database)
  await databaseAdapters.postgres(url).migrate()
  return {
    ...{ name: 'postgres', server, url },
    connect: () => connectPostgres(url),
    countDeadlocks: async () => server.log().split('deadlock detected').length - 1,
  }
}

function postgresPrograms(binaries: string): ServerPrograms {
  return {
    user: 'postgres',
    init: (folder) => [
      `${binaries}/initdb`,
      '-D',
      `${folder}/data`,
      '-U',
      'postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--no-sync',
    ],
    serve: (folder, port) => [
      `${binaries}/postgres`,
      '-D',
      `${folder}/data`,
      '-p',
      `${port}`,
      '-k',
      folder,
      '-h',
      '127.0.0.1',
      '-c',
      'fsync=off',
    ],
    readyLine: 'database system is ready to accept connections',
    tooSoonLine: 'still in use',
  }
}

async function startMariadb(): Promise<DatabaseUnderFault> {
  const binaries = findMariadbBinaries() ?? { server: 'mariadb-is-not-installed', install: 'mariadb-is-not-installed' }
  const server = await startKillableServer(mariadbPrograms(binaries))
  const urlOf = (name: string) => `mysql://root@127.0.0.1:${server.port}/${name}`
  const admin = createMysqlPool({ uri: urlOf(''), connectionLimit: 1 })
  await admin.query(`create database ${database}`)
  await admin.end()
  const url = urlOf(database)
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

function mariadbPrograms({ server, install }: { server: string; install: string }): ServerPrograms {
  return {
    user: 'mysql',
    init: (folder) => [
      install,
      '--no-defaults',
      `--datadir=${folder}/data`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ],
    serve: (folder, port) => [
      ...[server, '--no-defaults', `--datadir=${folder}/data`, `--tmpdir=${folder}`, `--socket=${folder}/socket`],
      ...[`--pid-file=${folder}/pid`, `--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve'],
      ...['--skip-grant-tables', '--skip-networking=0', '--innodb-flush-log-at-trx-commit=2'],
      ...['--innodb-flush-method=nosync', '--innodb-buffer-pool-size=64M'],
    ],
    readyLine: 'ready for connections',
    tooSoonLine: 'Unable to lock',
  }
}
