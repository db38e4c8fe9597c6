import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  createPostgresDatabase,
  describeOnPostgres,
  type TestDatabase,
} from '../../../packages/server-sdk/test/servers/postgres.ts'
import { failToStart, startDemo } from './start-demo.ts'

describeOnPostgres('the demo on LIVE_POLL_DATABASE', () => {
  let folder: string
  let database: TestDatabase
  let environment: Record<string, string>
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-test-'))
    database = await createPostgresDatabase()
    const client = new Client({ connectionString: database.url })
    await client.connect()
    await client.query('drop schema public cascade; create schema public')
    await client.end()
    const url = new URL(database.url)
    url.password = 'geheim' // the server of the tests asks for none
    environment = { LIVE_POLL_DATA: folder, LIVE_POLL_DATABASE: url.href, LIVE_POLL_SECRET: 's'.repeat(32) }
  })
  afterAll(async () => {
    await database.drop()
    await rm(folder, { recursive: true })
  })

  it('says what is missing, makes it when told to, and keeps polls there', async () => {
    const { code, output } = await failToStart({ PORT: '0', ...environment })
    expect(output).toContain('Run: npx live-poll migrate (or start with: npm start -- --migrate)')
    expect(code).toBe(1)

    const first = await startDemo(environment, ['--migrate'])
    const { host, pathname } = new URL(database.url)
    expect(first.output()).toMatch(new RegExp(`Polls and votes +postgres://[^\\n]*${host}${pathname}\\n`))
    const ids = (page: string) => [...page.matchAll(/<live-poll poll="([\w-]+)"/g)].map(([, id]) => id)
    const polls = ids(await (await fetch(first.url)).text())
    expect(polls).toHaveLength(2)
    expect(await first.stop()).toBe(0)

    const second = await startDemo(environment)
    expect(ids(await (await fetch(second.url)).text())).toEqual(polls)
    expect(await second.stop()).toBe(0)
    expect(output + first.output() + second.output()).not.toContain('geheim')
  })
})
