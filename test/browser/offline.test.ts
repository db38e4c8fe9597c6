import { expect } from 'vitest'
import { describeInBrowser, test } from './browser-test.ts'
import { startSite } from './site.ts'
import { figureOf, noteOf, turnoutOf, vote } from './tag-page.ts'

describeInBrowser('offline', () => {
  test('the last state stays, a vote waits and goes out, all without a reload', async ({ directory, open }) => {
    const before = await startSite({ directory })
    const { id } = await before.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const address = before.tag(`poll="${id}"`)
    const [voter, latecomer] = [await open(address), await open(address)]
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
      await latecomer.getByText('Your vote is counted').waitFor()
      for (const page of [voter, latecomer]) {
        await expect.poll(() => figureOf(page, 'Salad'), { timeout: 10_000 }).toEqual(['1', '50%'])
        expect(await noteOf(page)).toBe('')
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
    const page = await open(before.page('<p>No poll yet</p>'))
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
      await page.getByText('Choose one').waitFor()
      expect(await noteOf(page)).toBe('')
    } finally {
      await after.close()
    }
  })
})
