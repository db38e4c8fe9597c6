import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { mysqlSql } from '../../src/adapters/mysql/mysql-sql.ts'
import { migrate } from '../../src/adapters/sql/migrate.ts'
import { connectMariadb } from './mariadb-database.ts'
import { findMariadbBinaries, type MariadbBinaries, type MariadbServer, startMariadbServer } from './mariadb-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with a `MariadbForTests`, once the server runs; null where it is not installed. */
    mariadbBroker: string | null
  }
}

export interface MariadbForTests {
  /** For creating databases. */
  readonly adminUrl: string
  /** A database with the schema and nothing else in it. */
  readonly template: string
}

/** One MariaDB for all test files of a run, started when the first of them asks. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const binaries = findMariadbBinaries()
  if (!binaries) {
    project.provide('mariadbBroker', null)
    return
  }
  let starting: Promise<MariadbServer> | undefined
  const template = 'live_poll_template'
  const broker = createServer(async (_, response) => {
    try {
      starting ??= startWithTemplate(binaries, template)
      const server = await starting
      const answer: MariadbForTests = { adminUrl: server.url(), template }
      response.end(JSON.stringify(answer))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  }).listen(0, '127.0.0.1')
  await once(broker, 'listening')
  project.provide('mariadbBroker', `http://127.0.0.1:${(broker.address() as AddressInfo).port}`)

  return async () => {
    broker.close()
    broker.closeAllConnections()
    const server = await starting?.catch(() => undefined)
    await server?.stop()
  }
}

async function startWithTemplate(binaries: MariadbBinaries, template: string): Promise<MariadbServer> {
  const server = await startMariadbServer(binaries)
  try {
    const admin = connectMariadb(server.url(), { connections: 1 })
    await admin.pool.promise().query(`create database ${template}`)
    await admin.close()
    const migrating = connectMariadb(server.url(template), { connections: 2 })
    await migrate(migrating.db, mysqlSql)
    await migrating.close()
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}
