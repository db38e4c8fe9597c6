import { setTimeout as elapsed } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { atLength } from '../../packages/server-sdk/test/at-length.ts'
import { describeInBrowser, type Open, test } from './browser-test.ts'
import { type Line, startLine } from './line.ts'
import { type Site, startSite } from './site.ts'
import { figureOf, noteOf, vote } from './tag-page.ts'

/** Milliseconds. */
const gone = atLength('ms without a line', 6000, 15_000)
const asleep = atLength('ms asleep', 12_000, 60_000)

/** Milliseconds from the line's return until the screen is right: what the tag promises. */
const soon = 2000

describeInBrowser('coming back, without a reload', () => {
  test('after a line that was cut, and cut again', async ({ directory, open }) => {
    await using scene = await showPoll(directory, open)
    for (let cut = 0; cut < 5; cut++) {
      scene.line.cut()
      await scene.isRight()
    }
    await scene.isAlive()
  })

  test('after a line that was gone for a while', async ({ directory, open }) => {
    await using scene = await showPoll(directory, open)
    await scene.line.takeDown()
    await expect.poll(() => noteOf(scene.page), { timeout: 10_000 }).toBe('No connection. Trying again')
    await elapsed(gone)
    await scene.line.restore()
    await scene.isRight()
    await scene.isAlive()
  })

  test('after a long sleep, with a connection that did not live through it', { timeout: 120_000 }, async ({
    directory,
    open,
  }) => {
    await using scene = await showPoll(directory, open)
    const renderers = await renderersOf(scene.page)
    for (const pid of renderers) process.kill(pid, 'SIGSTOP')
    scene.line.deaden()
    await elapsed(asleep)
    for (const pid of renderers) process.kill(pid, 'SIGCONT')
    // The browser tells a page that is looked at again. A headless one never takes its pages for hidden.
    await scene.page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
    await scene.isRight()
    await scene.isAlive()
  })

  test('after a server that was restarted', async ({ directory, open }) => {
    await using scene = await showPoll(directory, open)
    await scene.line.takeDown()
    await scene.restart()
    await scene.line.restore()
    await scene.isRight()
    await scene.isAlive()
  })
})

interface Scene extends AsyncDisposable {
  readonly page: Page
  readonly line: Line
  restart(): Promise<void>
  /** A vote is cast elsewhere, and the screen shows it soon. */
  isRight(): Promise<void>
  /** The page is the one it was, and takes a vote. */
  isAlive(): Promise<void>
}

/** A page with a poll, over a line that can be cut. */
async function showPoll(directory: string, open: Open): Promise<Scene> {
  let site: Site = await startSite({ directory })
  const { port } = site
  const line = await startLine(port)
  const { id: pollId } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
  const page = await open(line.url + new URL(site.tag(`poll="${pollId}"`)).pathname)
  await page.getByRole('radio', { name: 'Soup' }).waitFor()
  await page.evaluate('marker = 1')
  let votes = 0

  return {
    page,
    line,
    async restart() {
      await site.close()
      site = await startSite({ directory, port })
    },
    async isRight() {
      votes++
      await site.livePoll.api.castVote({ pollId, voter: `voter-${votes}`, choices: [1] })
      await expect.poll(() => figureOf(page, 'Soup'), { timeout: soon, interval: 20 }).toEqual([`${votes}`, '100%'])
    },
    async isAlive() {
      await vote(page, 'Salad')
      await expect.poll(() => figureOf(page, 'Salad')).toEqual(['1', expect.stringMatching(/%$/)])
      expect(await page.evaluate('marker')).toBe(1)
    },
    async [Symbol.asyncDispose]() {
      await line.close()
      await site.close()
    },
  }
}

/** The processes that run the scripts of a page and of its neighbours in the same browser. */
async function renderersOf(page: Page): Promise<readonly number[]> {
  const devtools = await page.context().browser()?.newBrowserCDPSession()
  const { processInfo = [] } = (await devtools?.send('SystemInfo.getProcessInfo')) ?? {}
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
}
