import { randomBytes } from 'node:crypto'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { describe, inject } from 'vitest'
import { askBroker } from './broker.ts'

export interface MariadbTestDatabase {
  readonly url: string
  drop(): Promise<void>
}

const broker = inject('mariadbBroker')
const isSkipped = broker === null && process.env.CI !== 'true'
if (isSkipped) console.warn('Skipping tests that need MariaDB. To run them: apt-get install mariadb-server')

/** As `describe`. Without MariaDB it is skipped, or under CI=true fails. */
export const describeOnMariadb = describe.skipIf(isSkipped)

/** @returns a database of its own, with the schema and nothing in it. @throws where MariaDB is not installed */
export async function createMariadbDatabase(): Promise<MariadbTestDatabase> {
  const { adminUrl, template } = await askBroker(broker, 'MariaDB', 'mariadb-server')
  const name = `test_${randomBytes(8).toString('hex')}`
  await runAsAdmin(async (query) => {
    await query(`create database ${name}`)
    for (const { table } of await query(
      `select table_name as \`table\` from information_schema.tables where table_schema = '${template}'`,
    )) {
      await query(`create table ${name}.${table} like ${template}.${table}`)
      await query(`insert into ${name}.${table} select * from ${template}.${table}`)
    }
  })
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => runAsAdmin((query) => query(`drop database ${name}`)) }

  async function runAsAdmin<T>(work: (query: (statement: string) => Promise<RowDataPacket[]>) => Promise<T>) {
    const admin = await createConnection(adminUrl)
    try {
      await work(async (statement) => (await admin.query<RowDataPacket[]>(statement))[0])
    } finally {
      await admin.end()
    }
  }
}
