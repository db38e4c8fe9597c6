import { expect } from 'vitest'
import { startDemo } from '../../examples/demo/test/start-demo.ts'
import { test as base, describeInBrowser } from './browser-test.ts'
import { htmlPage, startPages } from './site.ts'

const test = base.extend('demo', { scope: 'file' }, async ({ directory }, { onCleanup }) => {
  const demo = await startDemo({ LIVE_POLL_DATA: directory })
  onCleanup(async () => {
    await demo.stop()
  })
  return demo
})

describeInBrowser('npm start', () => {
  test('by its link: a poll of one’s own is made, voted on, and copied to a page elsewhere', async ({
    demo,
    open,
    errors,
  }) => {
    const [link] = await demo.printed(/http\S+organize\?code=\S+/)
    const organizer = await open(link, { viewport: { width: 1100, height: 900 } })
    await organizer.getByLabel('Question', { exact: true }).fill('Where do we eat?')
    await organizer.getByLabel('Choices, one a line').fill('Here\nThere\nSomewhere else')
    await organizer.getByRole('button', { name: 'Start the poll' }).click()
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

  test('without its link there is no form', async ({ demo, open }) => {
    const page = await open(demo.url)
    await page.locator('live-poll').first().getByRole('button', { name: 'Vote' }).waitFor()
    expect(await page.getByLabel('Question', { exact: true }).count()).toBe(0)
  })
})
