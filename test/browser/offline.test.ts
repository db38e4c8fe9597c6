import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { describeInBrowser, type Open, test } from './browser-test.ts'
import { startSite } from './site.ts'
import { figureOf, noteOf, turnoutOf, vote } from './tag-page.ts'

describeInBrowser('offline', () => {
  test('the last state stays, a vote waits and goes out, all without a reload', async ({ directory, open }) => {
    const before = await startSite({ directory })
    const { id } = await before.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const address = before.tag(`poll="${id}"`)
    const [voter, latecomer] = [await openWithClock(open, address), await openWithClock(open, address)]
    await vote(voter, 'Soup')
    await expect.poll(() => turnoutOf(latecomer)).toBe('1 voter')
    await latecomer.evaluate('marker = 1')

    await before.close()
    for (const page of [voter, latecomer]) {
      await expect.poll(() => noteOf(page), { timeout: 10_000 }).toBe('No connection. Trying again')
      expect(await figureOf(page, 'Soup')).toEqual(['1', '100%'])
    }
    await latecomer.getByRole('radio', { name: 'Salad' }).check()
    await latecomer.getByRole('button', { name: 'Vote' }).click()
    await expect.poll(() => noteOf(latecomer)).toBe('No connection. Your vote is kept and will be sent')
    expect(await latecomer.getByRole('radio', { name: 'Salad' }).isChecked()).toBe(true)
    await latecomer.getByRole('radio', { name: 'Soup' }).click()
    expect(await latecomer.getByRole('radio', { name: 'Salad' }).isChecked()).toBe(true)

    const after = await startSite({ directory, port: before.port })
    try {
      await comeBack(latecomer)
      await latecomer.getByText('Your vote is counted').waitFor()
      await comeBack(voter)
      for (const page of [voter, latecomer]) {
        await expect.poll(() => figureOf(page, 'Salad')).toEqual(['1', '50%'])
      }
      expect(await latecomer.evaluate('marker')).toBe(1)
    } finally {
      await after.close()
    }
  })

  test('a tag that finds no server says so, and shows the poll as soon as there is one', async ({
    directory,
    open,
  }) => {
    const before = await startSite({ directory })
    const { id } = await before.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const page = await openWithClock(open, before.page('<p>No poll yet</p>'))
    await page.addScriptTag({ type: 'module', url: '/live-poll/widget.js' })
    await before.close()
    await page.evaluate((poll) => {
      const tag = document.createElement('live-poll')
      tag.setAttribute('poll', poll)
      document.body.append(tag)
    }, id)
    await expect.poll(() => noteOf(page), { timeout: 10_000 }).toBe('No connection. Trying again')

    const after = await startSite({ directory, port: before.port })
    try {
      await comeBack(page)
      await page.getByText('Choose one').waitFor()
    } finally {
      await after.close()
    }
  })
})

async function openWithClock(open: Open, address: string): Promise<Page> {
  const page = await open('about:blank')
  await page.clock.install()
  await page.goto(address)
  return page
}

/** The client waits up to 30 s between two attempts; a page's clock need not. */
async function comeBack(page: Page): Promise<void> {
  const attempt = async () => {
    const isBack = !(await noteOf(page)).startsWith('No connection')
    if (!isBack) await page.clock.fastForward(30_000)
    return isBack
  }
  await expect.poll(attempt, { interval: 1000, timeout: 20_000 }).toBe(true)
}
