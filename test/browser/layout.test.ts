import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { describeInBrowser, test } from './browser-test.ts'
import { htmlPage, script } from './site.ts'
import { barOf, figureOf, rowOf, turnoutOf, vote } from './tag-page.ts'

// Holds the place of a tag whose script has not come yet, as the package's README says.
const reserve = '<style>live-poll:not(:defined) { display: block; min-block-size: calc(134px + 3 * 52px) }</style>'
const watchShifts = `<script>
  let shift = 0
  new PerformanceObserver((list) => { for (const { value } of list.getEntries()) shift += value })
    .observe({ type: 'layout-shift', buffered: true })
</script>`

describeInBrowser('layout', () => {
  for (const width of [360, 640]) {
    for (const showResults of ['always', 'after-vote'] as const) {
      test(`no row moves from loading to voted: ${width} px, results ${showResults}`, async ({ site, open }) => {
        const { api } = site.livePoll
        const { id } = await api.createPoll({
          question: 'Lunch on Friday?',
          choices: ['Soup', 'Salad', 'Noodles'],
          showResults,
        })
        await api.castVote({ pollId: id, voter: 'someone', choices: [1] })
        const page = await open('about:blank', { viewport: { width, height: 800 } })
        let release = () => {}
        const held = new Promise<void>((resolve) => {
          release = resolve
        })
        await page.route('**/live-poll/polls/*', async (route) => {
          await held
          await route.fallback()
        })
        const tag = `<live-poll poll="${id}" choices="3"></live-poll><p>What follows.</p>`
        await page.goto(site.page(htmlPage(`${watchShifts}${script()}${tag}`, reserve)))

        await page.getByText('Loading the poll').waitFor({ state: 'attached' })
        const places = await placesOf(page)
        expect(places).toHaveLength(4)
        release()
        await page.getByText('Choose one').waitFor()
        expect(await placesOf(page)).toEqual(places)
        await vote(page, 'Noodles')
        await expect.poll(() => turnoutOf(page)).toBe('2 voters')
        expect(await figureOf(page, 'Noodles')).toEqual(['1', '50%'])
        expect(await placesOf(page)).toEqual(places)
        await page.getByRole('button', { name: 'Change vote' }).click()
        await page.getByRole('button', { name: 'Cancel' }).waitFor()
        expect(await placesOf(page)).toEqual(places)
        // Not zero: figures are aligned at their end, so as they grow they begin further left.
        expect(await page.evaluate('shift')).toBeLessThan(0.0005)
      })
    }
  }

  test('labels stay in their lines when figures appear', async ({ site, open }) => {
    const choices = ['Something from the noodle place round the corner, if it is open by then', 'Salad']
    const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices, showResults: 'after-vote' })
    const page = await open('about:blank', { viewport: { width: 360, height: 800 } })
    await page.goto(site.tag(`poll="${id}"`))
    const label = page.locator('[part=label]').first()
    const before = await label.boundingBox()
    await vote(page, 'Salad')
    await expect.poll(() => turnoutOf(page)).toBe('1 voter')
    expect(await label.boundingBox()).toEqual(before)
  })

  test('bars and figures follow the direction of the page', async ({ site, open }) => {
    const { api } = site.livePoll
    const second = 'סלט'
    const { id } = await api.createPoll({ question: 'ما الغداء؟', choices: ['حساء', second] })
    for (const [voter, choice] of [1, 1, 2].entries()) {
      await api.castVote({ pollId: id, voter: `${voter}`, choices: [choice] })
    }
    const tag = `${script()}<live-poll poll="${id}"></live-poll>`
    const page = await open(site.page(htmlPage(tag, '', 'lang="ar" dir="rtl"')))
    await expect.poll(() => barOf(page, second)).toBeCloseTo(1 / 3, 1)
    const row = await rowOf(page, second).boundingBox()
    const bar = await rowOf(page, second).locator('.bar').boundingBox()
    expect((bar?.x ?? 0) + (bar?.width ?? 0)).toBeCloseTo((row?.x ?? 0) + (row?.width ?? 0) - 1)
  })

  test('a date keeps its own direction in words of the other', async ({ site, open }) => {
    const closesAt = '2030-12-25T12:00:00Z'
    const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], closesAt })
    const tag = `${script()}<live-poll poll="${id}"></live-poll>`
    const page = await open(site.page(htmlPage(tag, '', 'lang="ar" dir="rtl"')), { timezoneId: 'UTC' })
    const timer = page.getByRole('timer')
    await timer.getByText('Open until').waitFor()
    const placeOf = (part: string) =>
      timer.evaluate((element, searched) => {
        const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
        while (text.nextNode()) {
          const at = text.currentNode.textContent?.indexOf(searched) ?? -1
          if (at < 0) continue
          const range = document.createRange()
          range.setStart(text.currentNode, at)
          range.setEnd(text.currentNode, at + searched.length)
          return range.getBoundingClientRect().x
        }
        throw new Error(`There is no ${searched} in ${element.textContent}.`)
      }, part)
    const [words, hour, year, day] = [
      await placeOf('until'),
      await placeOf('12:00'),
      await placeOf('2030'),
      await placeOf('25'),
    ]
    expect([words, hour, year, day], 'Arabic: day, month, year and hour from right to left').toEqual(
      [words, hour, year, day].sort((a, b) => a - b),
    )
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`in forced colors, ${colorScheme}, the row that is chosen, or voted for, is marked`, async ({
      site,
      open,
    }) => {
      const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad', 'Pie'] })
      const page = await open('about:blank', { forcedColors: 'active', colorScheme })
      await page.goto(site.tag(`poll="${id}"`, '<i style="color: Highlight">x</i><i style="color: CanvasText">x</i>'))
      const [marked, plain] = await page
        .locator('i')
        .evaluateAll((all) => all.map((one) => getComputedStyle(one).color))
      expect(marked).not.toBe(plain)
      const borders = () =>
        page.locator('.choice').evaluateAll((rows) => rows.map((row) => getComputedStyle(row).borderTopColor))
      await page.getByRole('radio', { name: 'Salad' }).check()
      await expect.poll(borders).toEqual([plain, marked, plain])
      await vote(page, 'Pie')
      await expect.poll(borders).toEqual([plain, plain, marked])
      const bar = rowOf(page, 'Pie').locator('.bar')
      expect(await bar.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(plain)
    })
  }
})

/** Where the rows and what follows the tag begin and end. */
async function placesOf(page: Page): Promise<(readonly [number, number])[]> {
  const boxes = [...(await page.locator('.choice').all()), page.getByText('What follows.')]
  return Promise.all(
    boxes.map(async (element) => {
      const box = await element.boundingBox()
      return [box?.y ?? -1, box?.height ?? -1] as const
    }),
  )
}
