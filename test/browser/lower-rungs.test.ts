import { expect } from 'vitest'
import { test as base, describeInBrowser } from './browser-test.ts'
import { htmlPage, type Pages, script, startPages } from './site.ts'
import { figureOf, noteOf, turnoutOf, vote } from './tag-page.ts'

const test = base
  .override('siteOptions', async () => ({ origins: '*' as const }))
  .extend('elsewhere', async ({ site: _ }, { onCleanup }): Promise<Pages> => {
    const pages = await startPages()
    onCleanup(() => pages.close())
    return pages
  })

describeInBrowser('where no WebSocket opens', () => {
  for (const place of ['its own origin', 'another origin']) {
    test(`the tag follows a stream and votes over HTTP: on ${place}, under a strict policy`, async ({
      site,
      elsewhere,
      open,
      errors,
    }) => {
      const { api } = site.livePoll
      const { id } = await api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
      const isAway = place === 'another origin'
      const [pages, server] = isAway ? [elsewhere, site.url] : [site, '']
      const allowed = server || "'self'"
      const policy = `default-src 'none'; script-src ${allowed}; connect-src ${allowed} ${site.url.replace('http', 'ws')}; form-action 'none'`
      const page = await open('about:blank')
      const chunks: string[] = []
      const streams: string[] = []
      page.on('request', (request) => {
        const { pathname } = new URL(request.url())
        if (pathname.startsWith('/live-poll/widget/')) chunks.push(pathname)
        if (pathname.endsWith('/events')) streams.push(pathname)
      })
      await page.routeWebSocket('**/live-poll/channel', (socket) => void socket.close({ code: 1011 }))
      const body = `${script(server)}<live-poll poll="${id}"></live-poll>`
      await page.goto(pages.page(htmlPage(body), { 'content-security-policy': policy }))
      await vote(page, 'Salad')
      await expect.poll(() => figureOf(page, 'Salad')).toEqual(['1', '100%'])
      await api.castVote({ pollId: id, voter: 'someone', choices: [1] })
      await expect.poll(() => turnoutOf(page)).toBe('2 voters')
      expect(await noteOf(page)).toBe('')
      const names = chunks.map((path) => path.replace(/^.*\//, ''))
      expect(names.sort(), 'each once').toEqual(['lower-rungs.js', 'who-votes.js'])
      expect(streams.length).toBeGreaterThan(0)
      expect(errors.filter((text) => !text.includes('WebSocket'))).toEqual([])

      const chunk = await fetch(site.url + chunks[0], { headers: { origin: elsewhere.url } })
      expect(chunk.headers.get('access-control-allow-origin')).toMatch(/^\*$|^http/)
      expect(chunk.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    })
  }

  test('where one opens, nothing more is loaded', async ({ site, open }) => {
    const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    const page = await open('about:blank')
    const scripts: string[] = []
    page.on('request', (request) => {
      if (request.resourceType() === 'script') scripts.push(new URL(request.url()).pathname)
    })
    await page.goto(site.tag(`poll="${id}"`))
    await vote(page, 'Soup')
    expect(scripts).toEqual(['/live-poll/widget.js'])
  })

  test('what is not there is not found', async ({ site }) => {
    for (const path of [
      'widget/ABCDEFGH/lower-rungs.js',
      'widget/ABCDEFGH/..%2f..%2fwidget.js',
      'widget/..%2f/widget.js',
    ]) {
      const { status } = await fetch(`${site.url}/live-poll/${path}`)
      expect(status).toBe(404)
    }
  })
})
