import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { byTurns } from '../../packages/server-sdk/test/at-length.ts'
import { makeDataFolder } from '../../packages/server-sdk/test/data-folder.ts'
import { createMariadbDatabase, describeOnMariadb } from '../../packages/server-sdk/test/servers/mariadb.ts'
import { createPostgresDatabase, describeOnPostgres } from '../../packages/server-sdk/test/servers/postgres.ts'
import { describeOnRedis, startRedis } from '../../packages/server-sdk/test/servers/redis.ts'
import { test as base, describeInBrowser, type Open } from './browser-test.ts'
import { type RunningExample, startExample } from './start-example.ts'
import { figureOf, vote } from './tag-page.ts'

/** Each makes an embedded database of its own, which takes its time. */
const onEmbedded = byTurns(
  'examples on the embedded database',
  ['hono-fetch', 'uws-only', 'socket-io-host', 'react', 'vue'],
  2,
)
const isTried = (name: string) => onEmbedded.includes(name)

const secret = 'a secret of the test, long enough for everybody'

// biome-ignore lint/correctness/noEmptyPattern: the runner reads the dependencies from the pattern
const test = base.extend('start', async ({}, { onCleanup }) => {
  const folders: string[] = []
  const running: RunningExample[] = []
  onCleanup(async () => {
    for (const example of running) await example.stop() // a second time does nothing
    for (const folder of folders) await rm(folder, { recursive: true })
  })
  return async (name: string, environment: Record<string, string> = {}) => {
    const folder = await makeDataFolder()
    folders.push(folder)
    const example = await startExample(name, { LIVE_POLL_DATA: folder, ...environment })
    running.push(example)
    return example
  }
})

/** One page votes by the tag; another, which was open before, sees it. */
async function voteAndSee(open: Open, url: string): Promise<{ voter: Page; viewer: Page }> {
  const [voter, viewer] = [await open(url), await open(url)]
  await viewer.getByRole('radio', { name: 'Salad' }).waitFor()
  await vote(voter, 'Salad')
  await expect.poll(() => figureOf(viewer, 'Salad')).toEqual(['1', '100%'])
  return { voter, viewer }
}

/** At once, though a connection is there that says nothing: browsers open some to spare. */
async function expectGracefulEnd(example: RunningExample): Promise<void> {
  const spare = connect(Number(new URL(example.url).port), '127.0.0.1').on('error', () => {})
  await once(spare, 'connect')
  expect(await example.stop(), example.output()).toBe(0)
  spare.destroy()
}

describeInBrowser('the example', () => {
  test.for(['hono-fetch', 'uws-only'].filter(isTried))(
    '%s takes a vote, and shows it on another page',
    async (name, { start, open, errors }) => {
      const example = await start(name)
      await voteAndSee(open, example.url)
      expect(errors).toEqual([])
      await expectGracefulEnd(example)
    },
  )

  test.runIf(isTried('socket-io-host'))(
    'socket-io-host takes votes by Socket.IO alone',
    async ({ start, open, errors }) => {
      const example = await start('socket-io-host')
      const [voter, viewer] = [await open(example.url), await open(example.url)]
      await expect.poll(() => viewer.locator('#online').textContent()).toBe('2')
      const figures = viewer.locator('output')
      await expect.poll(() => figures.allTextContents()).toEqual(['0', '0', '0'])
      await voter.getByRole('button', { name: 'Salad' }).click()
      await voter.getByText('Your vote is counted').waitFor()
      await expect.poll(() => figures.allTextContents()).toEqual(['0', '1', '0'])
      await voter.getByRole('button', { name: 'Soup' }).click()
      await expect.poll(() => figures.allTextContents()).toEqual(['1', '0', '0'])
      expect(errors).toEqual([])
      await expectGracefulEnd(example)
    },
  )

  test.for(['react', 'vue'].filter(isTried))(
    '%s votes by the tag and by components of its own',
    async (name, { start, open, errors }) => {
      const example = await start(name)
      const { voter, viewer } = await voteAndSee(open, example.url)
      await voter.getByText('The tag has voted for choice 2.').waitFor()
      await viewer.getByRole('button', { name: 'Salad: 1' }).waitFor()
      await viewer.getByRole('button', { name: 'Soup: 0' }).click()
      await voter.getByRole('button', { name: 'Soup: 1' }).waitFor()
      await expect.poll(() => figureOf(voter, 'Soup')).toEqual(['1', '50%'])
      expect(errors).toEqual([])
      await expectGracefulEnd(example)
    },
  )

  describeOnMariadb('fastify-mysql', () => {
    let database: Awaited<ReturnType<typeof createMariadbDatabase>>
    beforeAll(async () => {
      database = await createMariadbDatabase()
    })
    afterAll(() => database?.drop())

    test('takes a vote, and shows it on another page', async ({ start, open, errors }) => {
      const example = await start('fastify-mysql', { DATABASE_URL: database.url, LIVE_POLL_SECRET: secret })
      await voteAndSee(open, example.url)
      expect(errors).toEqual([])
      await expectGracefulEnd(example)
    })
  })

  describeOnRedis('express-postgres-redis', () => {
    describeOnPostgres('on Postgres', () => {
      let database: Awaited<ReturnType<typeof createPostgresDatabase>>
      let server: Awaited<ReturnType<typeof startRedis>>
      beforeAll(async () => {
        ;[database, server] = await Promise.all([createPostgresDatabase('none'), startRedis()])
      })
      afterAll(async () => {
        await server?.stop()
        await database?.drop()
      })

      test('lets an editor ask, and whoever is signed in vote', async ({ start, open, errors }) => {
        const example = await start('express-postgres-redis', {
          DATABASE_URL: database.url,
          REDIS_URL: server.url,
          SESSION_SECRET: secret,
          LIVE_POLL_SECRET: secret,
        })
        const editor = await signIn(open, example.url, 'Ada')
        await editor.getByLabel('Question').fill('Lunch?')
        await editor.getByLabel('Choices, one a line').fill('Soup\nSalad')
        await editor.getByRole('button', { name: 'Ask', exact: true }).click()
        await editor.getByRole('radio', { name: 'Salad' }).waitFor()
        const reader = await signIn(open, example.url, 'Bob')
        await reader.getByRole('radio', { name: 'Salad' }).waitFor()
        expect(await reader.getByLabel('Question').count()).toBe(0)
        await vote(editor, 'Salad')
        await expect.poll(() => figureOf(reader, 'Salad')).toEqual(['1', '100%'])
        expect(errors).toEqual([])
        await expectGracefulEnd(example)
      })
    })
  })
})

async function signIn(open: Open, url: string, name: string): Promise<Page> {
  const page = await open(url)
  await page.getByRole('button', { name }).click()
  await page.getByText(`Signed in as ${name}`).waitFor()
  return page
}
