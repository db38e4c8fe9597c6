import { expect } from 'vitest'
import { describeInBrowser, openBeside, test } from './browser-test.ts'
import { barOf, figureOf, focusOf, hearEvents, noteOf, textOf, turnoutOf, vote } from './tag-page.ts'

describeInBrowser('voting', () => {
  test('a vote in one page moves the bar in another', async ({ site, open, errors }) => {
    const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const address = site.tag(`poll="${id}"`)
    const [mine, theirs] = await Promise.all([open(address), open(address)])
    await expect.poll(() => turnoutOf(theirs)).toBe('No votes yet')
    expect(await barOf(theirs, 'Salad')).toBe(0)

    await vote(mine, 'Salad')

    await expect.poll(() => turnoutOf(theirs)).toBe('1 voter')
    await expect.poll(() => barOf(theirs, 'Salad')).toBe(1)
    expect(await figureOf(theirs, 'Salad')).toEqual(['1', '100%'])
    expect(await figureOf(theirs, 'Soup')).toEqual(['0', '0%'])
    expect(await textOf(mine.locator('.own'))).toContain('Salad')
    expect(errors).toEqual([])
  })

  test('a vote can be changed, and the change called off', async ({ site, open }) => {
    const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const page = await open(site.tag(`poll="${id}"`))
    await vote(page, 'Soup')

    // The second half of a double click on Vote meets the button that took its place.
    await page.getByRole('button', { name: 'Change vote' }).dispatchEvent('click', { detail: 2 })
    expect(await page.getByRole('radio').count()).toBe(0)
    await page.getByRole('button', { name: 'Change vote' }).click()
    expect(await page.getByRole('radio', { name: 'Soup' }).isChecked()).toBe(true)
    await page.getByRole('radio', { name: 'Salad' }).check()
    await page.getByRole('button', { name: 'Cancel' }).click()
    expect(await textOf(page.locator('.own'))).toContain('Soup')

    await page.getByRole('button', { name: 'Change vote' }).click()
    await vote(page, 'Salad')
    expect(await textOf(page.locator('.own'))).toContain('Salad')
    await expect.poll(() => figureOf(page, 'Salad')).toEqual(['1', '100%'])
    expect(await figureOf(page, 'Soup')).toEqual(['0', '0%'])
  })

  test('without changes there is no way back', async ({ site, open }) => {
    const { id } = await site.livePoll.api.createPoll({
      question: 'Lunch?',
      choices: ['Soup', 'Salad'],
      canChange: false,
    })
    const page = await open(site.tag(`poll="${id}"`))
    await vote(page, 'Soup')
    expect(await page.getByRole('button').count()).toBe(0)
  })

  test('the page hears of the vote and of the results, also from within a shadow tree', async ({ site, open }) => {
    const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const page = await open(site.tag(`poll="${id}"`, hearEvents))
    await page.evaluate(() => {
      const frame = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'open' })
      frame.append(document.querySelector('live-poll') ?? '')
    })
    await vote(page, 'Salad')
    await expect.poll(() => turnoutOf(page)).toBe('1 voter')
    const events = await page.evaluate<{ type: string; detail: unknown }[]>('heard')
    expect(events.filter(({ type }) => type === 'live-poll-vote')).toEqual([
      { type: 'live-poll-vote', detail: { pollId: id, choices: [2], revision: 1 } },
    ])
    expect(events.at(-1)).toMatchObject({
      type: 'live-poll-results',
      detail: { pollId: id, results: { votes: [0, 1], voters: 1 } },
    })
  })

  test('the keyboard alone is enough, and never loses its place', async ({ site, open }) => {
    const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const page = await open(site.tag(`poll="${id}"`))
    await page.getByRole('radio', { name: 'Soup' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowDown')
    expect(await focusOf(page)).toBe('choice-2')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Your vote is counted').waitFor()
    expect(await focusOf(page)).toBe('Change vote')
    await page.keyboard.press('Enter')
    await expect.poll(() => focusOf(page)).toBe('choice-2')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter') // in a radio it casts, as in every form
    await page.getByText('Your vote is counted').waitFor()
    expect(await textOf(page.locator('.own'))).toContain('Soup')
  })

  test('Vote pressed too early says what is missing', async ({ site, open }) => {
    const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const page = await open(site.tag(`poll="${id}"`))
    const button = page.getByRole('button', { name: 'Vote' })
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    await button.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => noteOf(page)).toBe('Choose one')
    await page.getByRole('radio', { name: 'Soup' }).check()
    await expect.poll(() => noteOf(page)).toBe('')
    expect(await button.getAttribute('aria-disabled')).toBe('false')
  })

  test('several choices: not fewer than the least, not more than the most', async ({ site, open }) => {
    const { id } = await site.livePoll.api.createPoll({
      question: 'Toppings?',
      choices: ['Basil', 'Capers', 'Olives', 'Onions'],
      ballot: { min: 2, max: 3 },
    })
    const page = await open(site.tag(`poll="${id}"`))
    const button = page.getByRole('button', { name: 'Vote' })
    await page.getByRole('checkbox', { name: 'Basil' }).check()
    await button.click({ force: true })
    await expect.poll(() => noteOf(page)).toBe('Choose 2 to 3')
    for (const name of ['Capers', 'Olives']) await page.getByRole('checkbox', { name }).check()
    await expect.poll(() => noteOf(page)).toBe('')
    await page.getByRole('checkbox', { name: 'Onions' }).check()
    await expect.poll(() => noteOf(page)).toBe('Choose 2 to 3')
    await button.click({ force: true })
    await page.getByRole('checkbox', { name: 'Onions' }).uncheck()
    await button.click()
    await page.getByText('Your vote is counted').waitFor()
    expect(await page.locator('.own').count()).toBe(3)
    await expect.poll(() => turnoutOf(page)).toBe('1 voter')
    expect(await figureOf(page, 'Olives')).toEqual(['1', '100%'])
  })

  test('a poll that is not there says so', async ({ site, open }) => {
    const page = await open(site.tag('poll="p_nowhere"', hearEvents))
    await page.getByText('There is no poll here.').waitFor()
    const events = await page.evaluate('heard')
    expect(events).toMatchObject([{ type: 'live-poll-error', detail: { code: 'POLL_NOT_FOUND' } }])
  })

  test('who voted in another tab meanwhile is told, and may vote again', async ({ site, open }) => {
    const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const address = site.tag(`poll="${id}"`, hearEvents)
    const first = await open(address)
    await vote(first, 'Soup')
    const second = await openBeside(first, address)
    await second.getByText('Your vote is counted').waitFor()
    await second.getByRole('button', { name: 'Change vote' }).click()

    await first.bringToFront()
    await first.getByRole('button', { name: 'Change vote' }).click()
    await vote(first, 'Salad')

    await second.bringToFront()
    await second.getByRole('radio', { name: 'Soup' }).check()
    await second.getByRole('button', { name: 'Vote' }).click()
    await expect.poll(() => noteOf(second)).toContain('changed')
    expect(await second.evaluate('heard.at(-1)')).toMatchObject({ detail: { code: 'REVISION_CONFLICT' } })
    expect(await second.getByRole('radio', { name: 'Soup' }).isChecked()).toBe(true)
    await vote(second, 'Soup')
    await expect.poll(() => figureOf(first, 'Soup')).toEqual(['1', '100%'])
  })

  test('two tags of one poll share the vote and the socket', async ({ site, open }) => {
    const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const page = await open('about:blank')
    let sockets = 0
    page.on('websocket', () => sockets++)
    await page.goto(site.tag(`poll="${id}" id="a"`, `<live-poll poll="${id}" id="b"></live-poll>`))
    await page.locator('#a').getByRole('radio', { name: 'Soup' }).check()
    await page.locator('#a').getByRole('button', { name: 'Vote' }).click()
    for (const tag of ['#a', '#b']) await page.locator(tag).getByText('Your vote is counted').waitFor()
    expect(sockets).toBe(1)
  })
})
