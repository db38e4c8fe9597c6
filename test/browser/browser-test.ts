import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { test as base, describe } from 'vitest'
import { makeStorage } from '../../packages/server-sdk/test/servers/storage.ts'
import { type SiteOptions, startSite } from './site.ts'

const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const executablePath = places.find((path) => path && existsSync(path))
export const launchOptions = {
  executablePath,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
}
const isSkipped = !executablePath && !process.env.CI
if (isSkipped) {
  console.warn('Browser tests are skipped: install Chromium (apt-get install chromium) or set CHROMIUM_PATH.')
}

/** A suite that needs a browser. Without one it is skipped, and says so; under CI it fails. */
export const describeInBrowser = describe.skipIf(isSkipped)

/** A page of a visitor of its own: nothing is shared with other pages. */
export type Open = (url: string, options?: BrowserContextOptions) => Promise<Page>

export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the dependencies from the pattern
  .extend('browser', { scope: 'file' }, async ({}, { onCleanup }): Promise<Browser> => {
    if (!executablePath) throw new Error('There is no Chromium. Install it, or set CHROMIUM_PATH.')
    const browser = await chromium.launch(launchOptions)
    onCleanup(() => browser.close())
    return browser
  })
  // biome-ignore lint/correctness/noEmptyPattern: the same
  .extend('directory', { scope: 'file' }, async ({}, { onCleanup }) => {
    const storage = await makeStorage()
    onCleanup(() => storage.drop())
    return storage.directory
  })
  .extend('siteOptions', { scope: 'file' }, async (): Promise<Omit<SiteOptions, 'directory'>> => ({}))
  /** One for the file; its database too. Each test makes polls of its own. */
  .extend('site', { scope: 'file' }, async ({ directory, siteOptions }, { onCleanup }) => {
    const site = await startSite({ ...siteOptions, directory })
    onCleanup(() => site.close())
    return site
  })
  /** What pages of this test threw, or wrote to the console as errors. */
  .extend('errors', async (): Promise<string[]> => [])
  .extend('open', async ({ browser, errors }, { onCleanup }): Promise<Open> => {
    onCleanup(async () => {
      for (const context of browser.contexts()) await context.close()
    })
    return async (url, options) => {
      const context = await browser.newContext({ viewport: { width: 640, height: 800 }, locale: 'en-US', ...options })
      const page = await context.newPage()
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      await page.goto(url)
      return page
    }
  })

/** Another page of the same visitor. */
export async function openBeside(page: Page, url: string): Promise<Page> {
  const beside = await page.context().newPage()
  await beside.goto(url)
  return beside
}
