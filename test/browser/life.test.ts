import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { describeInBrowser, openBeside, test } from './browser-test.ts'
import type { Site } from './site.ts'
import { figureOf, focusOf, hearEvents, hearSpeech, noteOf, statusOf, textOf, turnoutOf, vote } from './tag-page.ts'

const minute = 60_000

describeInBrowser('a poll with times', () => {
  test('counts down by the server’s clock and opens by itself; only the opening is spoken', async ({ site, open }) => {
    const opensAt = new Date(Date.now() + 9000).toISOString()
    const { id } = await lunch(site, { opensAt })
    const page = await open('about:blank')
    await page.addInitScript(hearSpeech)
    await page.addInitScript(() => {
      const now = Date.now
      Date.now = () => now() + 10 * 60_000 // this device is ten minutes ahead
    })
    await page.goto(site.tag(`poll="${id}"`))
    await expect.poll(() => statusOf(page)).toMatch(/^Opens in 0:0[1-9]$/)
    expect(await page.getByRole('timer').textContent()).toMatch(/^Opens in/)
    expect(await page.getByRole('radio', { name: 'Soup' }).isDisabled()).toBe(true)
    await expect.poll(() => statusOf(page), { timeout: 15_000 }).toBe('Choose one')
    await vote(page, 'Soup')
    const spoken = await page.evaluate<string[]>('spoken')
    expect(spoken.filter((text) => /Open|open/.test(text))).toEqual(['The poll is open'])
  })

  test('writes date and time before the last hour, then counts; at zero it says what it waits for', async ({
    site,
    open,
  }) => {
    const { id } = await lunch(site, { opensAt: new Date(Date.now() + 62 * minute).toISOString() })
    const page = await open('about:blank')
    await page.clock.install()
    await page.goto(site.tag(`poll="${id}"`))
    await expect.poll(() => statusOf(page)).toMatch(/^Opens \u2068?\w+ \d+, \d{4}/)
    await page.clock.fastForward(3 * minute)
    await expect.poll(() => statusOf(page)).toMatch(/^Opens in 5[89]:\d\d$/)
    await page.clock.fastForward(60 * minute)
    await expect.poll(() => statusOf(page)).toBe('Opening')
    await site.livePoll.api.openPoll(id)
    await expect.poll(() => statusOf(page)).toBe('Choose one')
  })

  test('counts down to its close, and then has final figures, thanks and no controls', async ({ site, open }) => {
    const { id } = await lunch(site, { closesAt: new Date(Date.now() + 10 * minute).toISOString() })
    const page = await open('about:blank')
    await page.addInitScript(hearSpeech)
    await page.goto(site.tag(`poll="${id}"`))
    await vote(page, 'Soup')
    await expect.poll(() => noteOf(page)).toMatch(/^Closes in (10:00|9:\d\d)$/)
    await site.livePoll.api.closePoll(id)
    await expect.poll(() => statusOf(page)).toBe('Final result')
    expect(await noteOf(page)).toBe('Thank you for voting')
    expect(await figureOf(page, 'Soup')).toEqual(['1', '100%'])
    expect(await page.getByRole('radio').count()).toBe(0)
    expect(await page.getByRole('button').count()).toBe(0)
    const spoken = await page.evaluate<string[]>('spoken')
    expect(spoken.filter((text) => /Clos|clos|Final/.test(text))).toEqual(['Final result'])
  })

  test('that is opened and closed by hand follows under the eyes of its voters', async ({ site, open }) => {
    const { id } = await lunch(site, { opensAt: new Date(Date.now() + 60 * minute).toISOString() })
    const page = await open(site.tag(`poll="${id}"`))
    await expect.poll(() => statusOf(page)).toMatch(/^Opens/)
    await site.livePoll.api.openPoll(id)
    await page.getByRole('radio', { name: 'Soup' }).check()
    await site.livePoll.api.closePoll(id)
    await expect.poll(() => statusOf(page)).toBe('Final result')
    expect(await page.getByRole('radio').count()).toBe(0)
    expect(await noteOf(page)).toBe('')
  })
})

describeInBrowser('hidden results', () => {
  test('appear with the vote and go with it', async ({ site, open }) => {
    const { api } = site.livePoll
    const { id } = await lunch(site, { showResults: 'after-vote' })
    await api.castVote({ pollId: id, voter: 'someone', choices: [1] })
    const page = await open(site.tag(`poll="${id}"`))
    await expect.poll(() => noteOf(page)).toBe('Results appear when you have voted')
    expect(await page.locator('.share').count()).toBe(0)
    expect(await turnoutOf(page)).toBe('')
    await vote(page, 'Salad')
    await expect.poll(() => turnoutOf(page)).toBe('2 voters')
    expect(await figureOf(page, 'Salad')).toEqual(['1', '50%'])
    expect(await noteOf(page)).toBe('')
    await page.getByRole('button', { name: 'Take back vote' }).click()
    await expect.poll(() => noteOf(page)).toBe('Your vote was taken back')
    await expect.poll(() => page.locator('.share').count()).toBe(0)
    expect(await turnoutOf(page)).toBe('')
  })

  test.for([
    ['after-close', 'Results appear when the poll closes'],
    ['organizers', 'Results are not public'],
  ] as const)('%s: the note says why', async ([showResults, why], { site, open }) => {
    const { id } = await lunch(site, { showResults })
    const page = await open(site.tag(`poll="${id}"`))
    await expect.poll(() => noteOf(page)).toBe(why)
    await vote(page, 'Soup')
    expect(await noteOf(page)).toBe(why)
    expect(await page.locator('.share').count()).toBe(0)
    await site.livePoll.api.closePoll(id)
    const isShown = showResults === 'after-close'
    await expect.poll(() => statusOf(page)).toBe(isShown ? 'Final result' : 'Closed')
    expect(await page.locator('.share').count()).toBe(isShown ? 3 : 0)
    expect(await noteOf(page)).toBe(isShown ? 'Thank you for voting' : why)
  })

  test('appear to all once enough have voted', async ({ site, open }) => {
    const { api } = site.livePoll
    const { id } = await lunch(site, { minVoters: 2 })
    await api.castVote({ pollId: id, voter: 'someone', choices: [1] })
    const page = await open(site.tag(`poll="${id}"`))
    await expect.poll(() => noteOf(page)).toBe('Results appear from 2 votes on')
    expect(await page.locator('.share').count()).toBe(0)
    await api.castVote({ pollId: id, voter: 'another', choices: [1] })
    await expect.poll(() => turnoutOf(page)).toBe('2 voters')
    expect(await noteOf(page)).toBe('')
  })
})

describeInBrowser('a vote taken back', () => {
  test('leaves an empty ballot and a word, and can be cast again', async ({ site, open }) => {
    const { id } = await lunch(site)
    const page = await open(site.tag(`poll="${id}"`, hearEvents))
    const ballotButton = await page.getByRole('button', { name: 'Vote' }).boundingBox()
    await vote(page, 'Soup')
    const button = page.getByRole('button', { name: 'Take back vote' })
    const place = await button.boundingBox()
    expect(place?.x).toBeGreaterThan((ballotButton?.x ?? 0) + (ballotButton?.width ?? Number.POSITIVE_INFINITY))
    await button.dispatchEvent('click', { detail: 2 }) // the second half of a double click
    expect(await page.getByRole('radio').count()).toBe(0)

    await button.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => noteOf(page)).toBe('Your vote was taken back')
    await expect.poll(() => turnoutOf(page)).toBe('No votes yet')
    expect(await page.getByRole('radio', { checked: true }).count()).toBe(0)
    expect(await focusOf(page)).toBe('choice-1')
    expect(await page.evaluate('heard.filter(({ type }) => type === "live-poll-vote").at(-1).detail')).toEqual({
      pollId: id,
      choices: [],
      revision: 2,
    })
    await page.getByRole('radio', { name: 'Salad' }).check()
    expect(await noteOf(page)).toBe('')
    await vote(page, 'Salad')
    await expect.poll(() => figureOf(page, 'Salad')).toEqual(['1', '100%'])
  })
})

describeInBrowser('a poll that is edited', () => {
  test('keeps the ticks that are still valid, and the focus; a word says it', async ({ site, open }) => {
    const { api } = site.livePoll
    const { id } = await lunch(site, { ballot: { max: 3 } })
    const page = await open(site.tag(`poll="${id}"`))
    for (const name of ['Soup', 'Noodles']) await page.getByRole('checkbox', { name }).check()
    expect(await focusOf(page)).toBe('choice-3')
    await api.editPoll(id, { choices: [{ id: 3, label: 'Ramen' }, 'Pie', { id: 2, label: 'Salad' }] })
    await expect.poll(() => noteOf(page)).toBe('This poll was changed; check your choice')
    expect(await labelsOf(page)).toEqual(['Ramen', 'Pie', 'Salad'])
    expect(await page.getByRole('checkbox', { name: 'Ramen' }).isChecked()).toBe(true)
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(1)
    expect(await focusOf(page)).toBe('choice-3')

    await page.getByRole('checkbox', { name: 'Pie' }).check()
    expect(await noteOf(page)).toBe('')
    await page.getByRole('button', { name: 'Vote' }).click()
    await page.getByText('Your vote is counted').waitFor()
    await expect.poll(() => figureOf(page, 'Pie')).toEqual(['1', '100%'])
    expect(await figureOf(page, 'Salad')).toEqual(['0', '0%'])
  })

  test('takes a ballot by its new rule', async ({ site, open }) => {
    const { api } = site.livePoll
    const { id } = await lunch(site, { ballot: { max: 3 } })
    const page = await open(site.tag(`poll="${id}"`))
    for (const name of ['Soup', 'Noodles']) await page.getByRole('checkbox', { name }).check()
    await api.editPoll(id, { ballot: { min: 1, max: 1 } })
    await page.getByRole('radio', { name: 'Soup' }).waitFor()
    expect(await page.getByRole('radio', { checked: true }).count()).toBe(0)
    await expect.poll(() => noteOf(page)).toBe('This poll was changed; check your choice')
    await vote(page, 'Noodles')
    expect(await textOf(page.locator('.own'))).toContain('Noodles')
  })

  test('shows its new labels and figures to one who voted', async ({ site, open }) => {
    const { api } = site.livePoll
    const { id } = await lunch(site)
    const page = await open(site.tag(`poll="${id}"`))
    await vote(page, 'Soup')
    await api.editPoll(id, {
      choices: [{ id: 2, label: 'Salad' }, { id: 1, label: 'Broth' }, { id: 3, label: 'Noodles' }, 'Pie'],
    })
    await expect.poll(() => labelsOf(page)).toEqual(['Salad', 'Broth', 'Noodles', 'Pie'])
    expect(await textOf(page.locator('.own'))).toContain('Broth')
    expect(await noteOf(page)).toBe('')
    await api.castVote({ pollId: id, voter: 'someone', choices: [4] })
    await expect.poll(() => figureOf(page, 'Pie')).toEqual(['1', '50%'])
    expect(await figureOf(page, 'Broth')).toEqual(['1', '50%'])
  })
})

describeInBrowser('a poll that is started anew', () => {
  test('forgets the vote and opens the ballot, with a word', async ({ site, open }) => {
    const { api } = site.livePoll
    const { id, epoch } = await lunch(site)
    const page = await open(site.tag(`poll="${id}"`))
    const beside = await openBeside(page, site.tag(`poll="${id}"`))
    await vote(page, 'Soup')
    await beside.getByRole('radio', { name: 'Salad' }).check()
    await page.bringToFront()
    await page.getByRole('button', { name: 'Change vote' }).focus()
    await api.resetPoll(id, { epoch })
    for (const each of [page, beside]) await expect.poll(() => noteOf(each)).toBe('This poll was started anew')
    expect(await turnoutOf(page)).toBe('No votes yet')
    expect(await page.getByRole('radio', { checked: true }).count()).toBe(0)
    expect(await focusOf(page)).toBe('choice-1')
    expect(await beside.getByRole('radio', { name: 'Salad' }).isChecked()).toBe(true)
    await vote(page, 'Salad')
    await expect.poll(() => figureOf(page, 'Salad')).toEqual(['1', '100%'])
  })
})

test.for(['live-poll', 'live-poll-results'])(
  '<%s> of a poll that is deleted says there is none',
  async (name, { site, open }) => {
    const { id } = await lunch(site)
    const page = await open(site.tag('hidden', `<${name} poll="${id}"></${name}>`))
    await page.getByText('No votes yet').waitFor()
    await site.livePoll.api.deletePoll(id)
    await page.locator(name).last().getByText('There is no poll here.').waitFor()
    expect(await page.locator(name).last().getByRole('listitem').count()).toBe(0)
  },
)

function lunch(site: Site, rules = {}) {
  return site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad', 'Noodles'], ...rules })
}

async function labelsOf(page: Page): Promise<string[]> {
  return page.locator('[part=label]').allTextContents()
}
