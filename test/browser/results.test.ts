import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { describeInBrowser, test } from './browser-test.ts'
import type { Site } from './site.ts'
import { figureOf, hearEvents, noteOf, statusOf, turnoutOf, vote } from './tag-page.ts'

describeInBrowser('results alone', () => {
  test('follow the votes, without controls, also on the page of one who votes', async ({ site, open, errors }) => {
    const { id } = await lunch(site)
    const address = results(site, id)
    const wall = await open(address)
    await expect.poll(() => statusOf(wall)).toBe('The poll is open')
    const page = await open(
      site.tag(`poll="${id}"`, `<live-poll-results poll="${id}"></live-poll-results>${hearEvents}`),
    )
    const tag = page.locator('live-poll')
    await tag.getByRole('radio', { name: 'Salad' }).check()
    await tag.getByRole('button', { name: 'Vote' }).click()
    await tag.getByText('Your vote is counted').waitFor()

    await expect.poll(() => figureOf(wall, 'Salad')).toEqual(['1', '100%'])
    const beside = page.locator('live-poll-results')
    await beside.getByText('1 voter', { exact: true }).waitFor()
    for (const element of [beside, wall.locator('live-poll-results')]) {
      expect(await element.getByRole('button').count()).toBe(0)
      expect(await element.locator('input, .mark, .own').count()).toBe(0)
    }
    expect(await wall.locator('live-poll-results').ariaSnapshot()).toBe(`- group "Lunch?":
  - text: Lunch?
  - paragraph:
    - status: The poll is open
  - list:
    - listitem: Soup 0% 0 votes
    - listitem: Salad 100% 1 vote
- paragraph: 1 voter
- paragraph:
  - status
- status: "1 voter. Salad: 100%"`)
    await site.livePoll.api.closePoll(id)
    await expect.poll(() => statusOf(wall)).toBe('Final result')
    expect(errors).toEqual([])
  })

  test('say when they are to come', async ({ site, open }) => {
    const { id } = await lunch(site, {
      showResults: 'after-close',
      closesAt: new Date(Date.now() + 600_000).toISOString(),
    })
    const page = await open(results(site, id))
    await expect.poll(() => noteOf(page)).toMatch(/^Results appear when the poll closesCloses in (10|9):\d\d$/)
    await site.livePoll.api.closePoll(id)
    await expect.poll(() => turnoutOf(page)).toBe('No votes yet')
    expect(await noteOf(page)).toBe('')
  })

  test('of a poll to come say when it opens', async ({ site, open }) => {
    const { id } = await lunch(site, { opensAt: new Date(Date.now() + 600_000).toISOString() })
    const page = await open(results(site, id))
    await expect.poll(() => statusOf(page)).toMatch(/^Opens in (10|9):\d\d$/)
    expect(await page.locator('input').count()).toBe(0)
  })

  test('how many watch stands beside the turnout, where that is asked for', async ({ site, open }) => {
    const { id } = await lunch(site)
    const wall = await open(results(site, id, 'presence'))
    const voter = await open(site.tag(`poll="${id}" presence`))
    const plain = await open(site.tag(`poll="${id}"`))
    await vote(voter, 'Soup')
    await expect.poll(() => watchingOf(wall)).toBe('3 watching')
    await expect.poll(() => watchingOf(voter)).toBe('3 watching')
    await expect.poll(() => turnoutOf(plain)).toBe('1 voter')
    expect(await plain.locator('[part=watching]').count()).toBe(0)
  })
})

function lunch(site: Site, rules = {}) {
  return site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], ...rules })
}

/** A page with nothing but the results of a poll. */
function results(site: Site, id: string, attributes = ''): string {
  return site.page(
    `<!doctype html><html lang="en"><title>Results</title><script type="module" src="/live-poll/widget.js"></script>` +
      `<live-poll-results poll="${id}" ${attributes}></live-poll-results></html>`,
  )
}

async function watchingOf(page: Page): Promise<string | null> {
  const watching = page.locator('[part=watching]')
  return (await watching.count()) > 0 ? watching.textContent() : null
}
