import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import { migrate } from '../../src/adapters/sql/migrate.ts'
import { findPostgresBinaries, type PostgresCluster, startPostgresCluster } from './postgres-cluster.ts'
import { connectPostgres } from './postgres-database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with a `PostgresForTests`, once the server runs; null where it is not installed. */
    postgresBroker: string | null
  }
}

export interface PostgresForTests {
  /** For creating databases. */
  readonly adminUrl: string
  /** A database with the schema and nothing in it. Nobody may connect to it: it could not be copied meanwhile. */
  readonly template: string
}

/** One Postgres for all test files of a run, started when the first of them asks. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const binaries = findPostgresBinaries()
  if (!binaries) {
    project.provide('postgresBroker', null)
    return
  }
  let starting: Promise<PostgresCluster> | undefined
  const template = 'live_poll_template'
  const broker = createServer(async (_, response) => {
    try {
      starting ??= startWithTemplate(binaries, template)
      const cluster = await starting
      const answer: PostgresForTests = { adminUrl: cluster.url('postgres'), template }
      response.end(JSON.stringify(answer))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  }).listen(0, '127.0.0.1')
  await once(broker, 'listening')
  project.provide('postgresBroker', `http://127.0.0.1:${(broker.address() as AddressInfo).port}`)

  return async () => {
    broker.close()
    broker.closeAllConnections()
    const cluster = await starting?.catch(() => undefined)
    await cluster?.stop()
  }
}

async function startWithTemplate(binaries: string, template: string): Promise<PostgresCluster> {
  const cluster = await startPostgresCluster(binaries)
  try {
    const admin = connectPostgres(cluster.url('postgres'), { connections: 1 })
    await admin.pool.query(`create database ${template}`)
    await admin.close()
    const migrating = connectPostgres(cluster.url(template), { connections: 2 })
    await migrate(migrating.db, postgresSql)
    await migrating.close()
    return cluster
  } catch (error) {
    await cluster.stop()
    throw error
  }
}
