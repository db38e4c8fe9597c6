import { accounts } from '@live-poll/server-sdk/accounts'
import { redis } from '@live-poll/server-sdk/redis'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createPostgresDatabase, describeOnPostgres, type TestDatabase } from '../servers/postgres.ts'
import { postgresDatabase } from '../servers/postgres-database.ts'
import { describeOnRedis, startRedis, type TestRedis } from '../servers/redis.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { openPage } from './browser-like.ts'
import { password } from './open-test-accounts.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }) // passwords are hashed for real, and slowly

describeOnRedis('Accounts on two nodes of one Redis', () => {
  describeOnPostgres('and one Postgres', () => {
    let server: TestRedis
    let database: TestDatabase
    const running: RunningLivePoll[] = []
    beforeAll(async () => {
      ;[server, database] = await Promise.all([startRedis(), createPostgresDatabase()])
    })
    afterEach(async () => {
      await Promise.all(running.splice(0).map((node) => node.stop()))
    })
    afterAll(async () => {
      await server?.stop()
      await database?.drop()
    })

    /** Both ask from one address. */
    async function startTwo(prefix: string, attemptsPerMinute: number) {
      const start = () =>
        startLivePoll({
          ...{ database: postgresDatabase(database.url), secret: nodeSecret },
          redis: redis({ client: server.client, prefix }),
          accounts: accounts({ attemptsPerMinute }),
        })
      running.push(...(await Promise.all([start(), start()])))
      const pages = running.map(({ origin }) => openPage(origin))
      /** @returns the statuses of attempts that go to one node after the other */
      return async (path: string, bodies: readonly object[]) => {
        const statuses: number[] = []
        for (const [at, body] of bodies.entries()) {
          statuses.push((await pages[at % 2]?.call('POST', path, body))?.status ?? 0)
        }
        return statuses
      }
    }
    const someone = (name: string) => ({ email: `${name}@example.org`, password })

    test('count attempts from one address together', async () => {
      const call = await startTwo('by-address:', 1)
      const three = ['ann', 'bob', 'eve'].map(someone)
      expect(await call('/accounts/sign-in', three)).toEqual([401, 429, 429])
      expect(
        await call(
          '/accounts/sign-up',
          three.map((one) => ({ ...one, name: 'A' })),
        ),
      ).toEqual([201, 429, 429])
    })

    test('count guesses at one e-mail together, and hide in Redis whose they are', async () => {
      const call = await startTwo('by-email:', 1000)
      const guesses = Array.from({ length: 12 }, () => someone('canary'))
      expect(await call('/accounts/sign-in', guesses)).toEqual([...Array(10).fill(401), 429, 429])
      const keys = await server.client.keys('by-email:rate:attempts*')
      expect(keys.length).toBeGreaterThan(0)
      for (const key of keys) expect(key).toMatch(/^by-email:rate:attempts(-at-email)?:[\w-]{43}$/)
    })
  })
})
