import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { test as base, describeInBrowser } from './browser-test.ts'
import { htmlPage, type Pages, type Site, script, startPages } from './site.ts'
import { barOf, figureOf, turnoutOf, vote } from './tag-page.ts'

const root = join(import.meta.dirname, '../..')
const vitePage = join(root, 'examples/vite-page/dist')

const test = base
  .override('siteOptions', async () => ({ host: '0.0.0.0', origins: '*' as const }))
  /** A page server without Live Poll: another origin. */
  .extend('elsewhere', async ({ site: _ }, { onCleanup }): Promise<Pages> => {
    const pages = await startPages()
    onCleanup(() => pages.close())
    return pages
  })

describeInBrowser('the tag is a good guest', () => {
  test('on a page of another origin, as the README shows it', async ({ site, elsewhere, open, errors }) => {
    const id = await lunch(site)
    const readme = readFileSync(join(root, 'packages/web-widget/README.md'), 'utf8')
    const sample = /```html\n(.*?)```/s.exec(readme)?.[1] ?? ''
    expect(sample).toContain('https://my.app')
    const body = sample.replace('https://my.app', here(site)).replace('p_7x...', id)
    const page = await open(elsewhere.page(htmlPage(body)))
    await vote(page, 'Salad')
    await expect.poll(() => figureOf(page, 'Salad')).toEqual(['1', '100%'])
    expect(errors).toEqual([])
  })

  test('it asks nobody but its server, sets no cookie, and keeps nothing before the vote', async ({ site, open }) => {
    const page = await open('about:blank')
    const origins = new Set<string>()
    page.on('request', (request) => origins.add(new URL(request.url()).origin))
    page.on('websocket', (socket) => origins.add(new URL(socket.url()).origin.replace('ws', 'http')))
    await page.goto(here(site, site.tag(`poll="${await lunch(site)}"`)))
    await page.getByText('Choose one').waitFor()
    expect(await page.evaluate('localStorage.length')).toBe(0)
    await vote(page, 'Salad')
    expect([...origins]).toEqual([here(site)])
    expect(await page.context().cookies()).toEqual([])
  })

  test('under a strict Content Security Policy', async ({ site, open, errors }) => {
    const id = await lunch(site)
    for (const voter of ['1', '2', '3']) {
      await site.livePoll.api.castVote({ pollId: id, voter, choices: [voter === '1' ? 1 : 2] })
    }
    const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'"
    const body = `${script()}<live-poll poll="${id}"></live-poll>`
    const page = await open(here(site, site.page(htmlPage(body), { 'content-security-policy': policy })))
    await vote(page, 'Salad')
    await expect.poll(() => turnoutOf(page)).toBe('4 voters')
    await expect.poll(() => barOf(page, 'Salad')).toBeCloseTo(3 / 4, 1)
    expect(errors).toEqual([])
  })

  test('on a page that has the script twice', async ({ site, open, errors }) => {
    const again = '<script type="module" src="/live-poll/widget.js?again"></script>'
    const page = await open(here(site, site.tag(`poll="${await lunch(site)}"`, again)))
    await vote(page, 'Salad')
    expect(errors).toEqual([])
  })

  test('on a page that made the tag before the script came', async ({ site, open }) => {
    const id = await lunch(site)
    const early = `<script>
      const tag = document.body.appendChild(document.createElement('live-poll'))
      Object.assign(tag, { poll: '${id}', strings: { vote: 'Abstimmen' } })
    </script>`
    const page = await open(here(site, site.page(htmlPage(early + script()))))
    await page.getByRole('button', { name: 'Abstimmen' }).waitFor()
  })

  test('a tag that is moved keeps its ballot; one pointed at another poll shows that', async ({ site, open }) => {
    const id = await lunch(site)
    const page = await open(here(site, site.tag(`poll="${id}"`)))
    await page.getByRole('radio', { name: 'Salad' }).check()
    const control = await page.getByRole('radio', { name: 'Salad' }).elementHandle()
    await page.evaluate(() => {
      const tag = document.querySelector('live-poll')
      if (tag) document.body.append(tag)
    })
    await site.livePoll.api.castVote({ pollId: id, voter: 'someone', choices: [1] })
    await expect.poll(() => turnoutOf(page)).toBe('1 voter')
    expect(await control?.evaluate((input) => input.isConnected)).toBe(true)
    expect(await control?.isChecked()).toBe(true)

    const { id: other } = await site.livePoll.api.createPoll({ question: 'Dinner?', choices: ['Soup', 'Salad'] })
    await page.evaluate((poll) => document.querySelector('live-poll')?.setAttribute('poll', poll), other)
    await page.getByText('Dinner?').waitFor()
    expect(await page.getByRole('radio', { name: 'Salad' }).isChecked()).toBe(false)
  })

  test('in a page bundled by Vite, from /live-poll on its own origin', async ({ site, open, errors }) => {
    const id = await lunch(site)
    const page = await open(`${here(site, serveVitePage(site))}?poll=${id}`)
    await vote(page, 'Salad')
    await page.getByText('choice 2, revision 1').waitFor()
    expect(errors).toEqual([])
  })

  test('in a page bundled by Vite, with what is said of few polls', async ({ site, open, errors }) => {
    const closesAt = new Date(Date.now() + 600_000).toISOString()
    const id = await lunch(site, { showResults: 'after-close', closesAt })
    const page = await open(`${here(site, serveVitePage(site))}?poll=${id}`)
    await page.getByText('Results appear when the poll closes').waitFor()
    await page.getByText('Closes in').waitFor()
    expect(errors).toEqual([])
  })

  test('in a page bundled by Vite, from the server that the tag names', async ({ site, elsewhere, open, errors }) => {
    const id = await lunch(site)
    const page = await open(`${serveVitePage(elsewhere)}?poll=${id}&server=${here(site)}/live-poll/`)
    await vote(page, 'Salad')
    expect(errors).toEqual([])
  })

  const address = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

  test.skipIf(!address && !process.env.CI)(
    `over plain http on an address of the network (${address ?? 'this machine has none'})`,
    async ({ site, open, errors }) => {
      const id = await lunch(site)
      const page = await open(here(site, site.tag(`poll="${id}"`), address))
      expect(await page.evaluate('isSecureContext')).toBe(false)
      await vote(page, 'Salad')
      await expect.poll(() => figureOf(page, 'Salad')).toEqual(['1', '100%'])
      expect(errors).toEqual([])
    },
  )
})

async function lunch(site: Site, rules = {}): Promise<string> {
  const { id } = await site.livePoll.api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'], ...rules })
  return id
}

/** The site listens on every address of this machine; a page names one. */
function here(site: Site, url: string = site.url, address = '127.0.0.1'): string {
  return url.replace('0.0.0.0', address)
}

function serveVitePage(pages: Pages): string {
  if (!existsSync(vitePage)) throw new Error('examples/vite-page is not built: run "npm run build".')
  for (const name of readdirSync(join(vitePage, 'assets'))) {
    pages.serve(`/assets/${name}`, readFileSync(join(vitePage, 'assets', name), 'utf8'), {
      'content-type': 'text/javascript',
    })
  }
  return pages.serve('/vite-page', readFileSync(join(vitePage, 'index.html'), 'utf8'))
}
