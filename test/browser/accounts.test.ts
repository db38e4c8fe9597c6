import { rm } from 'node:fs/promises'
import type { AccountApi } from '@live-poll/client-sdk/accounts'
import { accounts } from '@live-poll/server-sdk/accounts'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect } from 'vitest'
import { makeDataFolder } from '../../packages/server-sdk/test/data-folder.ts'
import { describeOnPostgres } from '../../packages/server-sdk/test/servers/postgres.ts'
import { describeInBrowser, type Open, openBeside, test } from './browser-test.ts'
import { type Site, script, startSite } from './site.ts'
import { textOf, vote } from './tag-page.ts'

/** Nobody else's: the tests of a file share a database. */
let people = 0
const newPerson = (name: string) => ({
  ...{ email: `${name.toLowerCase()}${++people}@example.org`, password: 'correct horse battery', name },
})

/** What a page of a host does with the calls of accounts, as one script. */
let bundle = ''
beforeAll(async () => {
  const stdin = { contents: "export * from '@live-poll/client-sdk/accounts'", resolveDir: import.meta.dirname }
  const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', write: false })
  bundle = outputFiles[0]?.text ?? ''
})

type MakeSite = (directory: string) => Promise<Site>
const databases: readonly (readonly [name: string, run: (name: string, work: () => void) => void, start: MakeSite])[] =
  [
    ['the embedded database', describe, startEmbedded],
    ['Postgres', describeOnPostgres, (directory) => startSite({ directory, accounts: accounts() })],
  ]

async function startEmbedded(): Promise<Site> {
  const directory = await makeDataFolder()
  const site = await startSite({ directory, accounts: accounts() })
  return {
    ...site,
    async close() {
      await site.close()
      await rm(directory, { recursive: true })
    },
  }
}

/** Calls an account's call in the page, and tells the tag. */
async function call<K extends keyof AccountApi>(page: Page, name: K, ...input: Parameters<AccountApi[K]>) {
  return page.evaluate(
    async ([method, args]) => {
      const { api } = globalThis as unknown as { api: Record<string, (...args: unknown[]) => Promise<unknown>> }
      const result = await api[method]?.(...args)
      document.querySelector<HTMLElement & { refresh(): void }>('live-poll')?.refresh()
      return result
    },
    [name, input] as [string, unknown[]],
  )
}

for (const [name, run, start] of databases) {
  describeInBrowser(`accounts on ${name}`, () => {
    run('in one page', () => {
      let site: Site | undefined
      afterEach(async () => {
        await site?.close()
        site = undefined
      })

      async function openPoll(directory: string, open: Open) {
        const started = await start(directory)
        site = started
        const { id } = await started.livePoll.api.createPoll({
          ...{ question: 'Lunch?', choices: ['Soup', 'Salad'], voters: ['account'], canChange: false },
        })
        const from = `${started.serve('/accounts.js', bundle, { 'content-type': 'text/javascript' })}`
        const address = started.page(
          `${script()}<live-poll poll="${id}"></live-poll><script type="module">
            import { createAccountApi } from '${from}'
            globalThis.api = createAccountApi({ server: location.origin + '/live-poll' })
          </script>`,
        )
        const page = await open(address)
        await page.waitForFunction(() => 'api' in globalThis)
        const results = async () => (await started.livePoll.api.getPoll(id)).results
        return { page, address, results }
      }

      test('one votes, signs out, and another votes: never as the first', { timeout: 120_000 }, async ({
        directory,
        open,
      }) => {
        const [ann, bob] = [newPerson('Ann'), newPerson('Bob')]
        const { page, results } = await openPoll(directory, open)
        expect(await call(page, 'session')).toBeNull()

        expect(await call(page, 'signUp', ann)).toMatchObject({ email: ann.email, role: 'voter' })
        await vote(page, 'Soup')
        expect(await page.evaluate(() => document.cookie)).toBe('')
        expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain('lpv_')

        await call(page, 'signOut')
        await call(page, 'signUp', bob)
        await vote(page, 'Salad')
        expect(await results()).toMatchObject({ votes: [1, 1], voters: 2 })

        await call(page, 'signIn', ann)
        await expect.poll(() => textOf(page.locator('.own'))).toContain('Soup')
        await page.reload()
        await page.waitForFunction(() => 'api' in globalThis)
        await expect.poll(() => textOf(page.locator('.own'))).toContain('Soup')
        expect(await call(page, 'session')).toMatchObject({ email: ann.email })
        expect(await results()).toMatchObject({ votes: [1, 1], voters: 2 })
      })

      test('a changed password signs out everywhere else', { timeout: 120_000 }, async ({ directory, open }) => {
        const ann = newPerson('Ann')
        const { page, address } = await openPoll(directory, open)
        await call(page, 'signUp', ann)
        await vote(page, 'Soup')
        const beside = await openBeside(page, address)
        const elsewhere = await open(address)
        await elsewhere.waitForFunction(() => 'api' in globalThis)
        await call(elsewhere, 'signIn', ann)
        await expect.poll(() => textOf(elsewhere.locator('.own'))).toContain('Soup')

        const next = 'a new password'
        await call(page, 'changePassword', { current: ann.password, next })
        await expect.poll(() => elsewhere.getByRole('radio').count()).toBe(2) // nobody has voted here
        expect(await call(elsewhere, 'session')).toBeNull()
        await expect.poll(() => textOf(page.locator('.own'))).toContain('Soup')
        await expect.poll(() => textOf(beside.locator('.own'))).toContain('Soup')

        const refusal = await call(elsewhere, 'signIn', ann).catch((error: Error) => error.message)
        expect(refusal).toContain('The e-mail address or the password is wrong.')
        await call(elsewhere, 'signIn', { ...ann, password: next })
        await expect.poll(() => textOf(elsewhere.locator('.own'))).toContain('Soup')
      })
    })
  })
}
