import type { CaptchaOptions, PollInput } from '@live-poll/server-sdk'
import { expect } from 'vitest'
import { test as base, describeInBrowser } from './browser-test.ts'
import type { Site } from './site.ts'
import { noteOf, rowOf, textOf, turnoutOf, vote } from './tag-page.ts'

const test = base.override('siteOptions', async () => {
  const captcha: CaptchaOptions = { verify: (answer) => answer === 'solved' }
  return { captcha }
})

async function createPoll(site: Site, rules: Partial<PollInput> = {}): Promise<string> {
  const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], ...rules })
  return id
}

/** Run before a page's own scripts: keeps, in `atVotes`, what both storages hold when a vote leaves. */
function watchVotes(): void {
  const atVotes: unknown[] = []
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (data) {
    if (`${data}`.includes('"vote"')) atVotes.push({ local: { ...localStorage }, session: { ...sessionStorage } })
    send.call(this, data)
  }
  Object.assign(globalThis, { atVotes })
}

describeInBrowser('the token of a device', () => {
  test.for(['local', 'session', 'none'] as const)('is kept where the tag says: %s', async (kind, { site, open }) => {
    const id = await createPoll(site)
    const page = await open('about:blank')
    await page.addInitScript(watchVotes)
    const address = site.tag(`poll="${id}" storage="${kind}"`)
    await page.goto(address)
    await page.getByRole('radio', { name: 'Soup' }).check()
    expect(await page.evaluate('localStorage.length + sessionStorage.length'), 'nothing before the first vote').toBe(0)
    await vote(page, 'Soup')
    const token = { [`live-poll:voter:${site.url}/live-poll`]: expect.stringMatching(/^lpv_/) }
    const kept = { local: {}, session: {}, ...(kind !== 'none' && { [kind]: token }) }
    expect(await page.evaluate('atVotes'), 'stored before the vote leaves').toEqual([kept])

    await page.reload()
    if (kind === 'none') await page.getByRole('radio', { name: 'Soup' }).waitFor()
    else await expect.poll(() => textOf(rowOf(page, 'Soup'))).toContain('Your vote:')
    const beside = await page.context().newPage()
    await beside.goto(address)
    if (kind === 'local') await expect.poll(() => textOf(rowOf(beside, 'Soup'))).toContain('Your vote:')
    else await beside.getByRole('radio', { name: 'Soup' }).waitFor()
  })
})

describeInBrowser('a captcha', () => {
  test('is the page’s to show, once, before the first vote of a device; what it says is checked', async ({
    site,
    open,
  }) => {
    const id = await createPoll(site, { needsCaptcha: true })
    const page = await open(site.tag(`poll="${id}"`))
    const answerWith = (answer: string) =>
      page.evaluate((given) => {
        const asked = Object.assign(globalThis, { asked: 0 })
        const captcha = async () => {
          asked.asked++
          return given
        }
        Object.assign(document.querySelector('live-poll') ?? {}, { captcha })
      }, answer)
    await answerWith('guessed')
    await page.getByRole('radio', { name: 'Soup' }).check()
    await page.getByRole('button', { name: 'Vote' }).click()
    await expect.poll(() => noteOf(page)).toMatch(/captcha/i)
    expect(await page.evaluate('[asked, localStorage.length]')).toEqual([1, 0])
    expect(await turnoutOf(page)).toBe('No votes yet')

    await answerWith('solved')
    await vote(page, 'Soup')
    await expect.poll(() => turnoutOf(page)).toBe('1 voter')
    await page.getByRole('button', { name: 'Change vote' }).click()
    await vote(page, 'Salad')
    expect(await page.evaluate('asked')).toBe(1)
  })

  test('that the page does not offer refuses the vote', async ({ site, open }) => {
    const id = await createPoll(site, { needsCaptcha: true })
    const page = await open(site.tag(`poll="${id}"`))
    await page.getByRole('radio', { name: 'Soup' }).check()
    await page.getByRole('button', { name: 'Vote' }).click()
    await expect.poll(() => noteOf(page)).toMatch(/captcha/i)
    expect(await turnoutOf(page)).toBe('No votes yet')
  })
})
