import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { test as base, describeInBrowser } from './browser-test.ts'
import { htmlPage, type Pages, type Site, script, startPages } from './site.ts'
import { figureOf, focusOf, hearEvents, noteOf, rowOf, textOf, turnoutOf, vote } from './tag-page.ts'

/** A host whose visitors are signed in by a cookie: `user=ann`. */
const test = base
  .override('siteOptions', async () => ({
    identify: ({ headers }: { headers: Headers }) => {
      const [, id] = /user=(\w+)/.exec(headers.get('cookie') ?? '') ?? []
      return id ? { id, session: `session of ${id}` } : undefined
    },
  }))
  .extend('elsewhere', async ({ site: _ }, { onCleanup }): Promise<Pages> => {
    const pages = await startPages()
    onCleanup(() => pages.close())
    return pages
  })

async function createPoll(site: Site, rules: object = {}): Promise<string> {
  const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], ...rules })
  return id
}

const signIn = (context: BrowserContext, site: Site, user: string) =>
  context.addCookies([{ name: 'user', value: user, url: site.url }])
const refresh = (page: Page) => page.evaluate("document.querySelector('live-poll').refresh()")
const stored = (page: Page) => page.evaluate<Record<string, string>>('({ ...localStorage })')

describeInBrowser('who is signed in', () => {
  test('votes as that user, and after the sign-out the device votes as before', async ({ site, open, errors }) => {
    const id = await createPoll(site)
    const page = await open(site.tag(`poll="${id}"`))
    await vote(page, 'Soup')
    const device = await stored(page)

    await signIn(page.context(), site, 'ann')
    await refresh(page)
    await page.getByRole('radio', { name: 'Salad' }).waitFor()
    await vote(page, 'Salad')
    await expect.poll(() => turnoutOf(page)).toBe('2 voters')
    await page.reload()
    await expect.poll(() => textOf(page.locator('.own'))).toContain('Salad')
    expect(await stored(page)).toMatchObject(device)

    await page.context().clearCookies()
    await page.reload()
    await expect.poll(() => textOf(page.locator('.own'))).toContain('Soup')
    expect(await stored(page)).toEqual(device)
    expect(errors).toEqual([])
  })

  test('is told from the one before by other tabs, too', async ({ site, open }) => {
    const id = await createPoll(site)
    const address = site.tag(`poll="${id}"`)
    const first = await open(address)
    await signIn(first.context(), site, 'ann')
    await vote(first, 'Soup')
    const second = await first.context().newPage()
    await second.goto(address)
    await second.getByText('Your vote is counted').waitFor()
    await signIn(first.context(), site, 'ben')
    await refresh(second)
    for (const page of [second, first]) await page.getByRole('radio', { name: 'Salad' }).waitFor()
    await vote(first, 'Salad')
    await expect.poll(() => turnoutOf(second)).toBe('2 voters')
  })

  test('is asked to sign in where the poll wants an account', async ({ site, open }) => {
    const id = await createPoll(site, { voters: 'account' })
    const page = await open(site.tag(`poll="${id}"`, hearEvents))
    await page.getByRole('radio', { name: 'Soup' }).check()
    await page.getByRole('button', { name: 'Vote' }).click()
    await expect.poll(() => noteOf(page)).toBe('Sign in to vote.')
    expect(await page.evaluate('heard.at(-1)')).toMatchObject({ detail: { code: 'UNAUTHENTICATED' } })
    await signIn(page.context(), site, 'ann')
    await refresh(page)
    await expect.poll(() => noteOf(page)).toBe('')
    await vote(page, 'Soup')
  })

  test('is voted out by the server within seconds of the end of the session', async ({ site, open }) => {
    const id = await createPoll(site)
    const page = await open(site.tag(`poll="${id}"`))
    await signIn(page.context(), site, 'ann')
    await vote(page, 'Soup')
    await page.context().clearCookies()
    await site.livePoll.api.endSession('session of ann')
    await page.getByRole('radio', { name: 'Salad' }).waitFor()
    await vote(page, 'Salad')
    await expect.poll(() => turnoutOf(page)).toBe('2 voters')
  })
})

describeInBrowser('an invitation', () => {
  const code = (page: Page) => page.getByRole('textbox', { name: 'Invitation code' })

  test('is asked for by a form, which says what is wrong and gives way to the ballot', async ({
    site,
    open,
    errors,
  }) => {
    const id = await createPoll(site, { voters: 'invitation' })
    const [invitation] = await site.livePoll.api.createInvitations(id, { count: 1 })
    const page = await open(site.tag(`poll="${id}"`))
    await code(page).fill('NONSENSE')
    await code(page).press('Enter')
    await page.getByText('This invitation is not valid.').waitFor()
    expect(await focusOf(page)).toBe('invitation')
    expect(await code(page).getAttribute('aria-invalid')).toBe('true')
    await code(page).fill(` ${invitation?.code} `)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => code(page).count()).toBe(0)
    await expect.poll(() => focusOf(page)).toMatch(/^choice-/)
    await vote(page, 'Salad')
    await expect.poll(() => figureOf(page, 'Salad')).toEqual(['1', '100%'])
    expect(Object.keys(await stored(page)).join()).not.toContain(invitation?.code)
    expect(errors.filter((text) => !text.includes('403'))).toEqual([])
  })

  test.for(['?', '#'])('is taken from the address after %s, for a private poll, too', async (sign, { site, open }) => {
    const id = await createPoll(site, { voters: 'invitation', isPrivate: true })
    const [invitation] = await site.livePoll.api.createInvitations(id, { count: 1 })
    const address = site.tag(`poll="${id}"`)
    const stranger = await open(address)
    await stranger.getByText('There is no poll here.').waitFor()
    const invited = `${address}${sign}invitation=${invitation?.code}`
    const page = await open(invited)
    await vote(page, 'Soup')
    const elsewhere = await open(invited) // another device
    await expect.poll(() => textOf(elsewhere.locator('.own'))).toContain('Soup')
  })

  test('that was revoked is asked for anew', async ({ site, open }) => {
    const id = await createPoll(site, { voters: 'invitation' })
    const [invitation, other] = await site.livePoll.api.createInvitations(id, { count: 2 })
    const page = await open(site.tag(`poll="${id}" invitation="${invitation?.code}"`))
    await page.getByRole('radio', { name: 'Soup' }).check()
    expect(await code(page).count()).toBe(0)
    await site.livePoll.api.revokeInvitation(id, invitation?.id ?? '')
    await page.getByRole('button', { name: 'Vote' }).click()
    await expect.poll(() => noteOf(page)).toBe('This invitation is not valid.')
    await code(page).fill(other?.code ?? '')
    await code(page).press('Enter')
    await expect.poll(() => code(page).count()).toBe(0)
    await vote(page, 'Soup')
  })
})

describeInBrowser('the tag says', () => {
  test('how many votes were voided', async ({ site, open }) => {
    const id = await createPoll(site)
    const page = await open(site.tag(`poll="${id}"`))
    await vote(page, 'Salad')
    await vote(await open(site.tag(`poll="${id}"`)), 'Soup')
    await site.livePoll.api.voidVotes(id, { filter: { choices: [1] }, reason: 'A script voted.' })
    await expect.poll(() => turnoutOf(page)).toMatch(/1 voter\s+1 voided/)
    expect(await rowOf(page, 'Salad').getAttribute('class')).toContain('leading')
  })

  test('on a page of an origin that is not allowed, in one line, what to change', async ({
    site,
    elsewhere,
    open,
    errors,
  }) => {
    const id = await createPoll(site)
    const body = `${script(site.url)}<live-poll poll="${id}"></live-poll><live-poll poll="${id}"></live-poll>`
    const address = elsewhere.page(htmlPage(body))
    const page = await open(address)
    await page.getByText('may not use this server').first().waitFor()
    const lines = () => errors.filter((text) => text.startsWith('Live Poll:'))
    await expect
      .poll(lines)
      .toEqual([
        `Live Poll: ${site.url}/live-poll does not let pages of ${elsewhere.url} use it. ` +
          'Add that origin to the option "origins" of createLivePoll.',
      ])
  })
})
