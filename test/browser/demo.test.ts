import { rm } from 'node:fs/promises'
import axe from 'axe-core'
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { startDemo } from '../../examples/demo/test/start-demo.ts'
import { makeDataFolder } from '../../packages/server-sdk/test/data-folder.ts'
import { newPicture } from '../../packages/server-sdk/test/pictures.ts'
import { test as base, describeInBrowser } from './browser-test.ts'
import { htmlPage, startPages } from './site.ts'

const test = base.extend(
  'demo',
  { scope: 'file' }, // biome-ignore lint/correctness/noEmptyPattern: the runner reads the dependencies from the pattern
  async ({}, { onCleanup }) => {
    const directory = await makeDataFolder()
    const demo = await startDemo({ LIVE_POLL_DATA: directory })
    onCleanup(async () => {
      await demo.stop()
      await rm(directory, { recursive: true })
    })
    return demo
  },
)

/** The links before it are used up. */
function newestLink(output: string): string {
  return output.match(/\S+\/organize\?code=\S+/g)?.at(-1) ?? ''
}

/** What axe finds wrong with a page. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()')
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`))
}

/** Goes to a control as a keyboard does. Fails when no Tab leads there. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  await control.waitFor()
  const hasFocus = () => control.evaluate((element) => (element.getRootNode() as Document).activeElement === element)
  for (let presses = 0; presses < 150; presses += 1) {
    if (await hasFocus()) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`No Tab leads to ${control}.`)
}

async function press(page: Page, control: Locator): Promise<void> {
  await tabTo(page, control)
  await page.keyboard.press('Enter')
}

async function write(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field)
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type(text)
}

describeInBrowser('npm start', () => {
  test('by its link: a poll of one’s own is made, voted on, and copied to a page elsewhere', async ({
    demo,
    open,
    errors,
  }) => {
    const organizer = await open(newestLink(demo.output()), { viewport: { width: 1100, height: 900 } })
    const form = organizer.locator('#ask')
    await form.getByLabel('Question').fill('Where do we eat?')
    await form.getByLabel('Choices, one a line').fill('Here\nThere\nSomewhere else')
    await form.getByRole('button', { name: 'Start the poll' }).click()
    await organizer.getByText('Your poll is live.').waitFor()

    const own = organizer.locator('live-poll', { hasText: 'Where do we eat?' })
    await own.getByLabel('There', { exact: true }).check()
    await own.getByRole('button', { name: 'Vote' }).click()
    await own.getByText('Your vote is counted').waitFor()

    const tag = (await organizer.locator('pre, code').filter({ hasText: '<live-poll' }).first().textContent()) ?? ''
    expect(tag).toContain(`src="${demo.url}/live-poll/widget.js"`)
    expect(tag).toContain(await own.getAttribute('poll'))
    const elsewhere = await startPages()
    try {
      const visitor = await open(elsewhere.page(htmlPage(tag)))
      const copied = visitor.locator('live-poll')
      await copied.getByText('1 voter').waitFor()
      await copied.getByLabel('Here', { exact: true }).check()
      await copied.getByRole('button', { name: 'Vote' }).click()
      await own.getByText('2 voters').waitFor()
    } finally {
      await elsewhere.close()
    }
    expect(errors).toEqual([])
  })

  test('takes pictures, each with the choice that it was given', async ({ demo, open, errors }) => {
    const organizer = await open(newestLink(demo.output()), { viewport: { width: 1100, height: 900 } })
    const form = organizer.locator('#ask')
    await form.getByLabel('Question').fill('What is for lunch?')
    const choices = form.getByLabel('Choices, one a line')
    await choices.fill('Soup\nSou')
    const give = async (place: number, width: number) =>
      form
        .locator('input[type="file"]')
        .nth(place)
        .setInputFiles({ name: 'lunch.png', mimeType: 'image/png', buffer: await newPicture(width) })
    await give(1, 101)
    await give(2, 102)
    await choices.press('ControlOrMeta+End')
    for (const key of ['p', ' ', '2']) await organizer.keyboard.type(key) // in between, both lines are "Soup"
    await form.getByRole('button', { name: 'Start the poll' }).click()
    await organizer.getByText('Your poll is live.').waitFor()
    const own = organizer.locator('live-poll', { hasText: 'What is for lunch?' })
    await own.locator('img').nth(1).waitFor()
    const widths = await own.locator('li img').evaluateAll((all) => all.map((img) => img.getAttribute('width')))
    expect(widths).toEqual(['101', '102'])
    expect(errors).toEqual([])
  })

  test('an organizer runs a poll by keyboard alone, and a voter’s page follows', async ({ demo, open, errors }) => {
    const organizer = await open(newestLink(demo.output()), { viewport: { width: 1100, height: 900 } })
    const form = organizer.locator('#ask')
    await write(organizer, form.getByLabel('Question'), 'Which film?')
    await write(organizer, form.getByLabel('Choices, one a line'), 'Metropolis\nPlaytime')
    await press(organizer, form.getByRole('button', { name: 'Start the poll' }))
    await organizer.getByText('Your poll is live.').waitFor()
    const own = organizer.locator('live-poll', { hasText: 'Which film?' })
    const act = (name: string) => own.getByRole('button', { name, exact: true })

    const voter = await open(demo.url)
    const poll = voter.locator(`live-poll[poll="${await own.getAttribute('poll')}"]`)
    const shows = (text: string | RegExp) => poll.getByText(text).first().waitFor()
    const voted = async () => {
      await tabTo(voter, poll.getByRole('radio').first())
      await voter.keyboard.press('ArrowDown')
      await press(voter, poll.getByRole('button', { name: 'Vote', exact: true }))
      await poll.getByText('Your vote is counted').waitFor()
    }
    await voted()
    await shows('1 voter')
    await voter.evaluate(() => Object.assign(window, { isSamePage: true }))

    await press(organizer, own.locator('summary'))
    await press(organizer, act('Hide results'))
    await own.getByText('Only organizers see the results.').waitFor()
    await own.getByText('1 voter · Metropolis: 0 · Playtime: 1').waitFor()
    await poll.getByText('100%', { exact: true }).waitFor({ state: 'detached' })
    await press(organizer, act('Show results'))
    await shows('100%')

    await press(organizer, act('Edit'))
    await write(organizer, own.getByLabel('Question'), 'Which film on Friday?')
    await write(organizer, own.getByLabel('Further choices, one a line'), 'Stalker\nplaytime')
    await press(organizer, act('Save'))
    await own.getByText('playtime: This choice is there already.').waitFor()
    await write(organizer, own.getByLabel('Further choices, one a line'), 'Stalker')
    await press(organizer, act('Save'))
    await own.getByText('Votes answer this question.').waitFor() // said at the field, which has the focus
    expect(await own.getByLabel('Question').evaluate((field) => field === document.activeElement)).toBe(true)
    await write(organizer, own.getByLabel('Question'), 'Which film?')
    await write(organizer, own.getByLabel('Choice 1'), 'Metropolis (1927)')
    await press(organizer, act('Save'))
    await own.getByText('Saved.').waitFor()
    await shows('Metropolis (1927)')
    await shows('Stalker')

    await press(organizer, act('Close now'))
    await own.getByText('Closed.').waitFor()
    await shows('Final result')

    await press(organizer, act('Start anew'))
    await organizer.keyboard.press('Enter') // pressed twice in a row: agrees to nothing
    await own.getByText('All votes go').waitFor()
    await shows('Final result')
    await press(organizer, act('Start anew'))
    await own.getByText('Started anew.').waitFor()
    await shows('No votes yet')
    await voted()

    await press(organizer, act('Delete'))
    await press(organizer, act('Delete'))
    await organizer.getByText('Deleted: Which film?').waitFor()
    expect(await own.count()).toBe(0)
    await shows('There is no poll here.')
    expect(await voter.evaluate(() => 'isSamePage' in window)).toBe(true)
    expect(errors.filter((error) => !/40[09]/.test(error))).toEqual([]) // the browser's own lines about refused edits
  })

  test('a poll opens and closes by the server’s clock, though this device’s is wrong', async ({ demo, open }) => {
    const organizer = await open(newestLink(demo.output()))
    await organizer.addInitScript(() => {
      const tenMinutes = 600_000
      const now = Date.now.bind(Date)
      globalThis.Date = class extends Date {
        constructor(...given: unknown[]) {
          super(...((given.length > 0 ? given : [now() + tenMinutes]) as [number]))
        }
        static override now = () => now() + tenMinutes
      } as DateConstructor
    })
    await organizer.reload()
    const form = organizer.locator('#ask')
    await form.getByLabel('Question').fill('When?')
    await form.getByLabel('Choices, one a line').fill('Now\nLater')
    await form.getByText('Times and results').click()
    await form.getByLabel('Opens').selectOption('in 5 minutes')
    await form.getByLabel('Closes').selectOption('a minute later')
    await form.getByRole('button', { name: 'Start the poll' }).click()
    await organizer.getByText('Your poll is waiting to open.').waitFor()
    const own = organizer.locator('live-poll', { hasText: 'When?' })
    await own.getByText(/^Opens in (5:00|4:\d\d)$/).waitFor()

    await own.locator('summary').click()
    await own.getByRole('button', { name: 'Open now' }).click()
    await own.getByLabel('Now', { exact: true }).waitFor()
    await own.getByText(/^Closes in (6:00|5:\d\d)$/).waitFor()
    await own.getByRole('button', { name: 'Edit' }).click()
    await own.getByLabel('Closes').selectOption('in a minute')
    await own.getByRole('button', { name: 'Save' }).click()
    await own.getByText(/^Closes in (1:00|0:\d\d)$/).waitFor()
  })

  test('its pages are accessible', async ({ demo, open }) => {
    const organizer = await open(newestLink(demo.output()), { colorScheme: 'dark' })
    await organizer.getByText('Times and results').click()
    const [first, second, third] = await organizer.locator('live-poll').all()
    await first?.locator('summary').click()
    await second?.locator('summary').click()
    await second?.getByRole('button', { name: 'Edit' }).click()
    await second?.getByRole('button', { name: 'Save' }).waitFor() // its form moves what is below
    await third?.locator('summary').click()
    await third?.getByRole('button', { name: 'Delete' }).click()
    await third?.getByText('for good').waitFor()
    expect(await violationsOf(organizer)).toEqual([])

    await organizer.goto(`${demo.url}${await first?.getByText('Big screen').getAttribute('href')}`)
    await organizer.getByText('watching').waitFor()
    expect(await violationsOf(organizer)).toEqual([])
  })

  test('without its link there is no form', async ({ demo, open }) => {
    const page = await open(demo.url)
    await page.locator('live-poll').first().getByRole('button', { name: 'Vote' }).waitFor()
    expect(await page.getByLabel('Question', { exact: true }).count()).toBe(0)
    expect(await page.getByText('Organize').count()).toBe(0)
  })
})
