import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { describe, inject } from 'vitest'
import { askBroker } from './broker.ts'

export interface TestDatabase {
  readonly url: string
  /** Ends its connections and removes it. */
  drop(): Promise<void>
}

const broker = inject('postgresBroker')
/** Not installed, and that is allowed; or the run is one of `npm run test:nodes`, which is on the embedded database alone. */
export const isPostgresSkipped = broker === undefined || (broker === null && process.env.CI !== 'true')
if (isPostgresSkipped && broker === null) {
  console.warn('Skipping tests that need Postgres. To run them: apt-get install postgresql')
}

/** As `describe`. Without Postgres it is skipped, or under CI=true fails. */
export const describeOnPostgres = describe.skipIf(isPostgresSkipped)

/**
 * @param tables `none`: without the schema. @default 'empty'
 * @returns a database of its own, with the schema and nothing in it
 * @throws where Postgres is not installed
 */
export async function createPostgresDatabase(tables: 'empty' | 'none' = 'empty'): Promise<TestDatabase> {
  const { adminUrl, template } = await askBroker(broker, 'Postgres', 'postgresql')
  const name = `test_${randomBytes(8).toString('hex')}`
  await runAsAdmin(`create database ${name} template ${tables === 'empty' ? template : 'template0'}`)
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => runAsAdmin(`drop database if exists ${name} with (force)`) }

  async function runAsAdmin(statement: string) {
    const admin = new Client({ connectionString: adminUrl })
    await admin.connect()
    try {
      await admin.query(statement)
    } finally {
      await admin.end()
    }
  }
}
