import type { TestProject } from 'vitest/node'
import { mysqlSql } from '../../src/adapters/mysql/mysql-sql.ts'
import { migrate } from '../../src/adapters/sql/migrate.ts'
import { openBroker, type ServerForTests } from './broker.ts'
import { connectMariadb } from './mariadb-database.ts'
import { findMariadbPrograms, mariadbUrl } from './mariadb-programs.ts'

/** One MariaDB for all test files of a run, started when the first of them asks. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const programs = findMariadbPrograms()
  const broker = programs && (await openBroker(programs, makeTemplate))
  project.provide('mariadbBroker', broker?.url ?? null)
  return broker?.close
}

async function makeTemplate(port: number): Promise<ServerForTests> {
  const [adminUrl, template] = [mariadbUrl(port), 'live_poll_template']
  const admin = connectMariadb(adminUrl, { connections: 1 })
  await admin.pool.promise().query(`create database ${template}`)
  await admin.close()
  const migrating = connectMariadb(mariadbUrl(port, template), { connections: 2 })
  await migrate(migrating.db, mysqlSql)
  await migrating.close()
  return { adminUrl, template }
}
