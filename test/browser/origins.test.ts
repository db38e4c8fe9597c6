import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { VoterAdmission } from '@live-poll/client-sdk/protocol'
import { type BrowserContext, chromium, type Frame, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { test as base, describeInBrowser, launchOptions } from './browser-test.ts'
import { htmlPage, type Pages, type Site, script, startPages } from './site.ts'
import { figureOf, vote } from './tag-page.ts'

/** An address that is another site to a browser than `127.0.0.1`, so that what is framed there is a third party. */
const otherSite = { host: 'localhost' }

const test = base
  /** A page server whose origin the site names. */
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the dependencies from the pattern
  .extend('allowed', { scope: 'file' }, async ({}, { onCleanup }): Promise<Pages> => {
    const pages = await startPages()
    onCleanup(() => pages.close())
    return pages
  })
  .override('siteOptions', { scope: 'file' }, async ({ allowed }) => ({ origins: [allowed.url] }))
  /** One that it does not. */
  // biome-ignore lint/correctness/noEmptyPattern: the same
  .extend('foreign', { scope: 'file' }, async ({}, { onCleanup }): Promise<Pages> => {
    const pages = await startPages(otherSite)
    onCleanup(() => pages.close())
    return pages
  })

  /** A visitor whose browser gives third parties a storage, one for each page that frames them. */
  // biome-ignore lint/correctness/noEmptyPattern: the same
  .extend('profile', async ({}, { onCleanup }): Promise<BrowserContext> => {
    const folder = await mkdtemp(join(tmpdir(), 'live-poll-profile-'))
    await mkdir(join(folder, 'Default'))
    await writeFile(join(folder, 'Default/Preferences'), JSON.stringify({ profile: { cookie_controls_mode: 0 } }))
    // The last list counts: the one before it, the test library's own, keeps Chromium from partitioning what is stored.
    const args = [...launchOptions.args, '--disable-features=HttpsUpgrades']
    const context = await chromium.launchPersistentContext(folder, { ...launchOptions, args })
    onCleanup(async () => {
      await context.close()
      await rm(folder, { recursive: true, force: true })
    })
    return context
  })

describeInBrowser('a page of a foreign origin', () => {
  test('cannot read a poll, its results or its stream', async ({ site, foreign, open }) => {
    const { id } = await lunch(site)
    const page = await open(foreign.page(htmlPage('')))
    for (const path of [`/polls/${id}`, `/polls/${id}/results`, `/polls/${id}/events`, `/polls/${id}/vote`]) {
      expect(await ask(page, site, path)).toEqual({ status: 403, code: 'ORIGIN_NOT_ALLOWED' })
      // What the page can do to its visitor's headers makes it no other page.
      expect(await ask(page, site, path, { credentials: 'include' })).toBe('Failed to fetch')
      expect(await ask(page, site, path, { mode: 'no-cors' }), 'no answer to look into').toEqual({ status: 0 })
    }
    expect(await page.evaluate(readAsScript, `${site.url}/live-poll/polls/${id}/results`)).toBe('error')
    expect(await page.evaluate(listen, `${site.url}/live-poll/polls/${id}/events`)).toBe('error')
  })

  test('cannot open the channel', async ({ site, foreign, allowed, open }) => {
    const { id } = await lunch(site)
    for (const [pages, expected] of [
      [foreign, 'closed with 1006'],
      [allowed, 'poll'],
    ] as const) {
      const page = await open(pages.page(htmlPage('')))
      expect(await page.evaluate(watchOverSocket, [site.url.replace('http', 'ws'), id] as const)).toBe(expected)
    }
  })

  test('cannot vote, nor become a voter', async ({ site, foreign, open }) => {
    const { id } = await lunch(site)
    const admitted = await fetch(`${site.url}/live-poll/voters`, { method: 'POST' })
    expect(admitted.status).toBe(200)
    const { token } = (await admitted.json()) as VoterAdmission
    const page = await open(foreign.page(htmlPage('')))
    const body = JSON.stringify({ voteId: randomUUID(), choices: [1] })
    const json = { 'content-type': 'application/json' }
    const put = { method: 'PUT', body, headers: { ...json, authorization: `Bearer ${token}` } }
    expect(await ask(page, site, `/polls/${id}/vote`, put)).toBe('Failed to fetch')
    for (const headers of [json, { ...json, 'live-poll-client': '1' }]) {
      expect(await ask(page, site, '/voters', { method: 'POST', body: '{}', headers })).toBe('Failed to fetch')
    }
    // What needs no preflight is sent, and refused.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const post = { method: 'POST', body: '{}', headers: { 'content-type': type } }
      expect(await ask(page, site, '/voters', post), type).toEqual({ status: 403, code: 'ORIGIN_NOT_ALLOWED' })
    }
    const form = `<form method="post" enctype="text/plain" action="${site.url}/live-poll/voters"><input name="{}"></form>`
    const submitting = await open(foreign.page(htmlPage(form)))
    const [answer] = await Promise.all([
      submitting.waitForResponse(`${site.url}/live-poll/voters`),
      submitting.evaluate(() => document.querySelector('form')?.submit()),
    ])
    expect(answer.status()).toBe(403)
    expect(await site.livePoll.api.getResults(id)).toMatchObject({ voters: 0 })
  })

  test('shows nothing by the tag, which says once what to change', async ({ site, foreign, open, errors }) => {
    const { id } = await lunch(site)
    const tags = `<live-poll poll="${id}"></live-poll>`.repeat(2)
    const page = await open(foreign.page(htmlPage(`${script(site.url)}${tags}`)))
    for (const index of [0, 1]) await page.locator('live-poll .message').nth(index).waitFor()
    expect(await page.locator('live-poll').allTextContents()).not.toContain('Lunch')
    const lines = errors.filter((text) => text.startsWith('Live Poll'))
    expect(lines).toHaveLength(1)
    for (const named of [foreign.url, site.url, '"origins"']) expect(lines[0]).toContain(named)
  })

  test('is one in a sandbox, too, whoever frames it', async ({ site, allowed, open }) => {
    const { id } = await lunch(site)
    const inner = allowed.page(htmlPage(''))
    const page = await open(allowed.page(htmlPage(`<iframe sandbox="allow-scripts" src="${inner}"></iframe>`)))
    const frame = await frameOf(page, inner)
    expect(await frame.evaluate('origin')).toBe('null')
    expect(await ask(frame, site, `/polls/${id}`)).toEqual({ status: 403, code: 'ORIGIN_NOT_ALLOWED' })
    expect(await frame.evaluate(watchOverSocket, [site.url.replace('http', 'ws'), id] as const)).toBe(
      'closed with 1006',
    )
  })
})

describeInBrowser('a page of an allowed origin', () => {
  test('reads and votes, by hand and by the tag', async ({ site, allowed, open, errors }) => {
    const { id } = await lunch(site)
    const page = await open(allowed.page(htmlPage(`${script(site.url)}<live-poll poll="${id}"></live-poll>`)))
    expect(await ask(page, site, `/polls/${id}/results`)).toEqual({ status: 200 })
    expect(await page.evaluate(listen, `${site.url}/live-poll/polls/${id}/events`)).toBe('poll')
    await vote(page, 'Salad')
    await expect.poll(() => figureOf(page, 'Salad')).toEqual(['1', '100%'])
    expect(errors).toEqual([])
  })

  test('votes in a third-party frame that may store nothing', async ({ site, allowed, foreign, open, errors }) => {
    const { id } = await lunch(site)
    const inner = allowed.page(htmlPage(`${script(site.url)}<live-poll poll="${id}"></live-poll>`))
    const page = await open('about:blank')
    await page.addInitScript(blockStorage)
    await page.goto(foreign.page(htmlPage(framed(inner))))
    const frame = await frameOf(page, inner)
    await expect(frame.evaluate('localStorage.length')).rejects.toThrow('Access is denied')
    await voteInFrame(frame, site, id)
    expect(errors).toEqual([])
  })

  test('votes in a third-party frame with a storage of its own', async ({ site, allowed, foreign, profile }) => {
    const { id } = await lunch(site)
    const inner = allowed.page(htmlPage(`${script(site.url)}<live-poll poll="${id}"></live-poll>`))
    const page = await profile.newPage()
    await page.goto(foreign.page(htmlPage(framed(inner))))
    const frame = await frameOf(page, inner)
    await voteInFrame(frame, site, id)
    expect(await frame.evaluate('localStorage.length'), 'kept for that frame').toBeGreaterThan(0)
    await page.goto(inner)
    await page.getByText('2 voters').waitFor()
    expect(await page.evaluate('localStorage.length'), 'and not for the page by itself').toBe(0)
  })
})

function lunch(site: Site) {
  return site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
}

const framed = (url: string) => `<iframe src="${url}" width="600" height="600"></iframe>`

async function voteInFrame(frame: Frame, site: Site, pollId: string): Promise<void> {
  await frame.getByRole('radio', { name: 'Salad' }).check()
  await frame.getByRole('button', { name: 'Vote', exact: true }).click()
  await frame.getByText('Your vote is counted').waitFor()
  expect(await site.livePoll.api.getResults(pollId)).toMatchObject({ votes: [0, 1], voters: 1 })
  await site.livePoll.api.castVote({ pollId, voter: 'someone', choices: [1] })
  await frame.getByText('2 voters').waitFor()
}

async function frameOf(page: Page, url: string): Promise<Frame> {
  const element = await page.waitForSelector('iframe')
  const frame = await element.contentFrame()
  if (!frame) throw new Error(`There is no frame of ${url}.`)
  await frame.waitForURL(url)
  return frame
}

/** What a page gets by its own `fetch`: the status, and the error's code; or what the browser says. */
function ask(page: Page | Frame, site: Site, path: string, init: RequestInit = {}) {
  return page.evaluate(
    async ([url, options]) => {
      try {
        const answer = await fetch(url, options)
        const { error } = answer.status >= 400 ? await answer.json() : { error: undefined }
        return { status: answer.status, ...(error && { code: error.code as string }) }
      } catch (error) {
        return (error as Error).message
      }
    },
    [`${site.url}/live-poll${path}`, init] as const,
  )
}

/** In a page: a `<script>` of an address, which needs no permission of its server. */
function readAsScript(src: string): Promise<string> {
  const element = Object.assign(document.createElement('script'), { src })
  const loaded = new Promise<string>((resolve) => {
    element.onload = () => resolve('load')
    element.onerror = () => resolve('error')
  })
  document.head.append(element)
  return loaded
}

/** In a page: what comes first of a stream. */
function listen(url: string): Promise<string> {
  const events = new EventSource(url)
  const first = new Promise<string>((resolve) => {
    events.onmessage = ({ data }) => data.includes('"type":"poll"') && resolve('poll')
    events.onerror = () => resolve('error')
  })
  return first.finally(() => events.close())
}

/** In a page: what is answered to `watch`, or why the channel closed. */
function watchOverSocket([server, pollId]: readonly [server: string, pollId: string]): Promise<string> {
  const socket = new WebSocket(`${server}/live-poll/channel`, 'live-poll.v1')
  return new Promise<string>((resolve) => {
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: 'hello' }))
      socket.send(JSON.stringify({ type: 'watch', pollId }))
    }
    socket.onmessage = ({ data }) => data.includes('"type":"welcome"') || resolve(JSON.parse(data).type)
    socket.onclose = ({ code }) => resolve(`closed with ${code}`)
  }).finally(() => socket.close())
}

/** In every frame: what a browser does that keeps third parties from storing. */
function blockStorage(): void {
  for (const name of ['localStorage', 'sessionStorage']) {
    Object.defineProperty(window, name, {
      get() {
        throw new DOMException('Access is denied for this document.', 'SecurityError')
      },
    })
  }
}
