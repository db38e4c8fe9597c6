import { chromium } from 'playwright-core'
import { expect } from 'vitest'
import { test as base, describeInBrowser, launchOptions } from './browser-test.ts'
import { htmlPage } from './site.ts'
import { turnoutOf, vote } from './tag-page.ts'

/** A browser that keeps pages in memory, as browsers do; Playwright turns that off. */
const test = base
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the dependencies from the pattern
  .override('browser', { scope: 'file' }, async ({}, { onCleanup }) => {
    const browser = await chromium.launch({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] })
    onCleanup(() => browser.close())
    return browser
  })
  .override('siteOptions', async () => ({
    identify: ({ headers }: { headers: Headers }) => {
      const [, id] = /user=(\w+)/.exec(headers.get('cookie') ?? '') ?? []
      return id ? { id } : undefined
    },
  }))

describeInBrowser('a page that comes back from the browser’s memory', () => {
  test('votes as whoever is signed in now, not as who was', async ({ site, open }) => {
    const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const signInPage = site.page(htmlPage('Sign in.'))
    const page = await open('about:blank')
    const signIn = (user: string) => page.context().addCookies([{ name: 'user', value: user, url: site.url }])
    const shown = `<script>addEventListener('pageshow', ({ persisted }) => { globalThis.isFromMemory = persisted })</script>`
    await page.goto(site.tag(`poll="${id}"`, shown))
    await signIn('ann')
    await vote(page, 'Soup')

    await page.goto(signInPage)
    await signIn('ben')
    await page.goBack({ waitUntil: 'commit' })
    await expect.poll(() => page.evaluate('globalThis.isFromMemory')).toBe(true)
    await vote(page, 'Salad')
    await expect.poll(() => turnoutOf(page)).toBe('2 voters')
    await site.livePoll.api.closePoll(id)
    expect((await site.livePoll.api.getPoll(id)).results?.votes).toEqual([1, 1])
  })
})
