import { getMigrations } from 'better-auth/db/migration'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { checkColumns } from '../../src/adapters/accounts/check-columns.ts'
import { authOptions } from '../../src/adapters/accounts/create-auth.ts'
import { loadBetterAuth } from '../../src/adapters/accounts/load-better-auth.ts'
import { hashBeforehand } from '../../src/adapters/accounts/password-hashing.ts'
import { postgres } from '../../src/adapters/postgres/postgres.ts'
import type { SqlConnection } from '../../src/ports/database.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { createPostgresDatabase, describeOnPostgres } from '../servers/postgres.ts'
import { createPool } from '../servers/postgres-database.ts'
import { type AccountDatabase, accountDatabases } from './account-databases.ts'
import { createVisitor, openTestAccounts, password, testSite } from './open-test-accounts.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }) // passwords are hashed for real, and slowly

async function optionsOn(connection: SqlConnection) {
  const betterAuth = await loadBetterAuth()
  return authOptions(
    {
      ...{
        betterAuth,
        connection,
        hashing: hashBeforehand({ hash: async () => '', verify: async () => false }),
      },
      ...{ sessionLife: 60, allowsSignUp: true, onSessionDeleted() {} },
      site: { ...testSite, key: new Uint8Array(32), logger: createRecordingLogger() },
    },
    true,
  )
}

for (const [name, run, make] of accountDatabases) {
  run(`the step of accounts on ${name}`, () => {
    let shared: AccountDatabase
    beforeEach(async () => {
      shared = await make()
    })
    afterEach(() => shared.drop())

    test('makes all that better-auth would make', async () => {
      const database = await shared.forNode().open(createRecordingLogger())
      const { toBeCreated, toBeAdded, toBeAddedIndexes, unsafeChanges, schemaProblems } = await getMigrations(
        await optionsOn(database.sql),
      )
      expect({ toBeCreated, toBeAdded, toBeAddedIndexes, unsafeChanges, schemaProblems }).toEqual({
        ...{ toBeCreated: [], toBeAdded: [], toBeAddedIndexes: [], unsafeChanges: [], schemaProblems: [] },
      })
      await database.close()
    })
  })
}

describe('a better-auth of another version', () => {
  test('that wants a column which is not there is named with it at the start', async () => {
    const betterAuth = await loadBetterAuth()
    const connection: SqlConnection = { kind: 'postgres', db: { withPlugin: () => ({}) }, use: (work) => work() }
    const options = await optionsOn(connection)
    expect(() => checkColumns(betterAuth, options)).not.toThrow()
    const user = {
      ...options.user,
      additionalFields: { ...options.user.additionalFields, phone: { type: 'string' as const } },
    }
    expect(() => checkColumns(betterAuth, { ...options, user })).toThrow(/wants live_poll_accounts\.phone, which/)
  })
})

describeOnPostgres('accounts in tables of other names', () => {
  test('are found there, and nowhere else', async () => {
    const empty = await createPostgresDatabase('none')
    const pool = createPool(empty.url)
    const named = postgres({ pool, prefix: 'vote_', schema: 'Polls-1' })
    await named.migrate()
    const { open, close } = await openTestAccounts({ forNode: () => named })
    const page = createVisitor()
    page.keep(await open.signUp({ email: 'ann@example.org', password, name: 'Ann' }, page.request))
    const found = await open.identify(page.request)
    expect(await open.setRole('ann@example.org', 'organizer')).toBe(true)
    expect(await open.endedSessions([found?.session ?? ''])).toEqual([])
    const { rows } = await pool.query(`select email, role from "Polls-1".vote_accounts`)
    expect(rows).toEqual([{ email: 'ann@example.org', role: 'organizer' }])
    await open.deleteAccount(found?.account.id ?? '')
    await close()
    await pool.end()
    await empty.drop()
  })
})
