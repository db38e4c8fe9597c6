import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { describeInBrowser, test } from './browser-test.ts'
import { htmlPage, type Site, script } from './site.ts'
import { hearSpeech, noteOf, statusOf, turnoutOf, vote } from './tag-page.ts'

const file = '**/remarks.js'
const phone = { viewport: { width: 360, height: 800 } }
const inTenMinutes = () => new Date(Date.now() + 600_000).toISOString()

describeInBrowser('what is said of few polls', () => {
  test('is no burden for the others', async ({ site, open }) => {
    const { api } = site.livePoll
    const { id } = await lunch(site)
    const page = await open('about:blank')
    const files: string[] = []
    page.on('request', (request) => files.push(new URL(request.url()).pathname.replace(/.*\//, '')))
    await page.goto(site.tag(`poll="${id}"`))
    await vote(page, 'Soup')
    await api.closePoll(id)
    await expect.poll(() => statusOf(page)).toBe('Final result')
    expect(files).toContain('widget.js')
    expect(files).not.toContain('remarks.js')
  })

  test.for([
    ['open', 'Results appear when you have votedCloses in'],
    ['scheduled', 'Results appear when you have voted'],
  ] as const)('comes later than the poll, is spoken, and moves no row: %s', async ([state, note], { site, open }) => {
    const times = state === 'open' ? { closesAt: inTenMinutes() } : { opensAt: inTenMinutes() }
    const { id } = await lunch(site, { showResults: 'after-vote', ...times })
    const page = await open('about:blank', phone)
    await page.addInitScript(hearSpeech)
    const release = await hold(page)
    const tag = `${script()}<live-poll poll="${id}" choices="2"></live-poll><p>What follows.</p>`
    await page.goto(site.page(htmlPage(tag)))
    await page.getByRole('radio', { name: 'Soup' }).waitFor()
    expect(await noteOf(page)).toBe('')
    expect(await statusOf(page)).toBe(state === 'open' ? 'Choose one' : '')
    const places = await placesOf(page)
    release()
    await expect.poll(() => noteOf(page)).toContain(note)
    expect(await statusOf(page)).toMatch(state === 'open' ? /^Choose one$/ : /^Opens in (10|9):\d\d$/)
    expect(await placesOf(page)).toEqual(places)
    await expect.poll(() => page.evaluate('spoken')).toContain('Results appear when you have voted')
  })

  test('is said in the words of the page, whenever it gives them', async ({ site, open }) => {
    const { id } = await lunch(site, { opensAt: inTenMinutes(), showResults: 'after-vote' })
    const page = await open('about:blank')
    const release = await hold(page)
    await page.goto(site.tag(`poll="${id}"`))
    await page.getByRole('radio', { name: 'Soup' }).waitFor()
    const say = (strings: object) =>
      page.evaluate((words) => Object.assign(document.querySelector('live-poll') ?? {}, { strings: words }), strings)
    await say({ hiddenUntilVote: 'Erst nach der Stimmabgabe' })
    release()
    await expect.poll(() => noteOf(page)).toBe('Erst nach der Stimmabgabe')
    expect(await statusOf(page)).toMatch(/^Opens in/)
    await say({ hiddenUntilVote: 'Nach der Stimmabgabe' })
    await expect.poll(() => noteOf(page)).toBe('Nach der Stimmabgabe')
  })

  test('is left unsaid where it cannot be loaded, and asked for once: the poll goes on', async ({ site, open }) => {
    const { api } = site.livePoll
    const { id, epoch } = await lunch(site, { opensAt: inTenMinutes(), closesAt: '2030-01-01T00:00:00Z' })
    const page = await open('about:blank')
    let tries = 0
    await page.route(file, (route) => {
      tries++
      return route.abort()
    })
    await page.addInitScript(() => {
      const draw = () => Object.assign(document.querySelector('live-poll') ?? {}, { strings: null })
      setInterval(draw, 1)
    })
    await page.goto(site.tag(`poll="${id}"`))
    await expect.poll(() => statusOf(page)).toBe('Not open yet')
    await api.openPoll(id)
    await vote(page, 'Soup')
    await expect.poll(() => turnoutOf(page)).toBe('1 voter')
    expect(await noteOf(page)).toBe('')
    await api.resetPoll(id, { epoch })
    await expect.poll(() => turnoutOf(page)).toBe('No votes yet')
    await vote(page, 'Salad')
    expect(tries).toBe(1)
  })
})

function lunch(site: Site, rules = {}) {
  return site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], ...rules })
}

/** Holds the file back until it is released. */
async function hold(page: Page): Promise<() => void> {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route(file, async (route) => {
    await held
    await route.fallback()
  })
  return release
}

/** Where the rows and what follows the tag begin. */
async function placesOf(page: Page): Promise<(number | undefined)[]> {
  const boxes = [...(await page.locator('.choice').all()), page.getByText('What follows.')]
  return Promise.all(boxes.map(async (element) => (await element.boundingBox())?.y))
}
