import type { TestProject } from 'vitest/node'
import { postgresSql } from '../../src/adapters/postgres/postgres-sql.ts'
import { migrate } from '../../src/adapters/sql/migrate.ts'
import { openBroker, type ServerForTests } from './broker.ts'
import { connectPostgres } from './postgres-database.ts'
import { findPostgresPrograms, postgresUrl } from './postgres-programs.ts'

/** One Postgres for all test files of a run, started when the first of them asks. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const programs = findPostgresPrograms()
  const broker = programs && (await openBroker(programs, makeTemplate))
  project.provide('postgresBroker', broker?.url ?? null)
  return broker?.close
}

async function makeTemplate(port: number): Promise<ServerForTests> {
  const [adminUrl, template] = [postgresUrl(port, 'postgres'), 'live_poll_template']
  const admin = connectPostgres(adminUrl, { connections: 1 })
  await admin.pool.query(`create database ${template}`)
  await admin.close()
  const migrating = connectPostgres(postgresUrl(port, template), { connections: 2 })
  await migrate(migrating.db, postgresSql)
  await migrating.close() // one that anybody is connected to cannot be copied
  return { adminUrl, template }
}
