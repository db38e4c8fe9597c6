import { expect } from 'vitest'
import { test as base, describeInBrowser } from './browser-test.ts'
import { figureOf, focusOf, hearEvents, turnoutOf } from './tag-page.ts'

const test = base.override('siteOptions', async () => ({ resultsInterval: 1 }))

describeInBrowser('an unfinished ballot', () => {
  test('is not touched by 50 updates: ticks, focus and controls stay', async ({ site, open }) => {
    const { api } = site.livePoll
    const { id } = await api.createPoll({
      question: 'Toppings?',
      choices: ['Basil', 'Capers', 'Olives'],
      ballot: { max: 3 },
    })
    const page = await open(site.tag(`poll="${id}"`, hearEvents))
    await page.getByRole('checkbox', { name: 'Capers' }).check()
    await page.getByRole('checkbox', { name: 'Olives' }).focus()
    const controls = await page.evaluateHandle(() => [
      ...(document.querySelector('live-poll')?.shadowRoot?.querySelectorAll('input') ?? []),
    ])

    for (let voter = 1; voter <= 50; voter++) {
      await api.castVote({ pollId: id, voter: `voter ${voter}`, choices: [1] })
      await expect.poll(() => turnoutOf(page), { interval: 5 }).toMatch(new RegExp(`^${voter} `))
    }

    expect(await figureOf(page, 'Basil')).toEqual(['50', '100%'])
    expect(await page.evaluate('heard.length')).toBeGreaterThanOrEqual(50)
    expect(await focusOf(page)).toBe('choice-3')
    const state = await controls.evaluate((inputs) => inputs.map(({ checked, isConnected }) => [checked, isConnected]))
    expect(state).toEqual([
      [false, true],
      [true, true],
      [false, true],
    ])
  })

  test('speaks of the turnout now and then, not at every tick', async ({ site, open }) => {
    const { api } = site.livePoll
    const { id } = await api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const page = await open('about:blank')
    await page.clock.install()
    await page.goto(site.tag(`poll="${id}"`))
    await expect.poll(() => turnoutOf(page)).toBe('No votes yet')
    const spoken = () => page.locator('.hidden[role=status]').textContent()

    for (let voter = 1; voter <= 3; voter++) {
      await api.castVote({ pollId: id, voter: `voter ${voter}`, choices: [1] })
      await expect.poll(() => turnoutOf(page)).toMatch(new RegExp(`^${voter} `))
    }
    expect(await spoken()).toBe('1 voter. Soup: 100%')

    await page.clock.fastForward(15_001)
    await api.castVote({ pollId: id, voter: 'voter 4', choices: [2] })
    await expect.poll(spoken).toBe('4 voters. Soup: 75%')
  })

  test('and its poll are text, whatever they contain', async ({ site, open, errors }) => {
    const label = '<img src="x" onerror="globalThis.hacked = true">'
    const question = '<script>globalThis.hacked = true</script> {{ 1 + 1 }}'
    const { id } = await site.livePoll.api.createPoll({ question, choices: [label, 'Salad'] })
    const page = await open(site.tag(`poll="${id}"`))
    await page.getByText(label, { exact: true }).waitFor()
    await page.getByText(question, { exact: true }).waitFor()
    expect(await page.locator('live-poll img, live-poll script').count()).toBe(0)
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined()
    expect(errors).toEqual([])
  })
})
