import type { PollClient } from '@live-poll/client-sdk'
import { s3 } from '@live-poll/server-sdk/s3'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { newPicture } from '../../packages/server-sdk/test/pictures.ts'
import { type S3UnderTest, startS3 } from '../../packages/server-sdk/test/servers/s3.ts'
import { makeStorage, type Storage } from '../../packages/server-sdk/test/servers/storage.ts'
import { describeInBrowser, test } from './browser-test.ts'
import { htmlPage, type Site, script, startSite } from './site.ts'
import { figureOf, turnoutOf } from './tag-page.ts'

/** Adds up what moves without anybody having pressed anything. */
const watchShifts = `<script>
  let shift = 0
  const moved = []
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      shift += value
      moved.push(...sources.map(({ node }) => node?.parentElement?.className + ' ' + node?.nodeName))
    }
  }).observe({ type: 'layout-shift', buffered: true })
</script>`

/** For pictures that many tests at once hold up. */
const patience = { timeout: 20_000 }

/** As a page of the host's bundles it. */
async function bundleClient(): Promise<string> {
  const contents = `import { createPollClient } from '@live-poll/client-sdk'\nglobalThis.client = createPollClient()`
  const resolveDir = import.meta.dirname
  const bundled = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  })
  return bundled.outputFiles[0]?.text ?? ''
}

for (const kind of ['files', 's3'] as const) {
  describeInBrowser(`pictures in ${kind}`, () => {
    let site: Site
    let storage: Storage
    let bucket: S3UnderTest | undefined
    beforeAll(async () => {
      bucket = kind === 's3' ? await startS3() : undefined
      storage = await makeStorage()
      site = await startSite({
        directory: storage.directory,
        ...(bucket && { images: s3({ client: bucket.client, bucket: bucket.bucket }) }),
        identify: ({ headers }) => (headers.get('cookie')?.includes('user=ada') ? { id: 'ada' } : undefined),
        authorize: ({ user }) => user?.id === 'ada',
      })
    })
    afterAll(async () => {
      await site?.close()
      await bucket?.stop()
      await storage.drop()
    })

    /** Uploads by the client of a page, as an organizer. */
    async function upload(page: Page, pictures: readonly Buffer[]) {
      const bytes = pictures.map((picture) => picture.toString('base64'))
      return page.evaluate(async (given) => {
        const { client } = globalThis as unknown as { client: PollClient }
        const stored: { id: string; width: number; height: number; parts: number[] }[] = []
        for (const text of given) {
          const file = await (await fetch(`data:image/png;base64,${text}`)).blob()
          const parts: number[] = []
          const image = await client.uploadImage(file, { onProgress: (part: number) => parts.push(part) })
          stored.push({ ...image, parts })
        }
        return stored
      }, bytes)
    }

    test('are uploaded by a page, seen, and voted for by keyboard; nothing moves when they come', async ({ open }) => {
      site.serve('/client.js', await bundleClient(), { 'content-type': 'text/javascript' })
      const organizer = await open('about:blank')
      await organizer.context().addCookies([{ name: 'user', value: 'ada', url: site.url }])
      await organizer.goto(site.page(htmlPage('<script type="module" src="/client.js"></script>')))
      const pictures = await Promise.all(Array.from({ length: 5 }, () => newPicture(640, 480)))
      const stored = await upload(organizer, pictures)
      expect(stored.map(({ width, height }) => [width, height])).toEqual(Array(5).fill([640, 480]))
      for (const { parts } of stored) expect(parts.at(-1)).toBe(1)

      const [ofQuestion, ...ofChoices] = stored.map(({ id }) => id)
      const names = ['Soup', 'Salad', 'Noodles', 'Rice']
      const poll = await site.livePoll.api.createPoll(
        {
          question: 'Lunch on Friday?',
          image: { id: ofQuestion ?? '', alt: 'A laid table' },
          choices: names.map((label, index) => ({
            ...(index < 3 && { label }),
            image: { id: ofChoices[index] ?? '', alt: index < 3 ? '' : label },
          })),
        },
        { owner: 'ada' },
      )

      const page = await open('about:blank', { viewport: { width: 640, height: 1400 } })
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      await page.route('**/live-poll/images/*', async (route) => {
        await held
        await route.fallback()
      })
      const reserve = '<style>live-poll { display: block; min-block-size: 1100px }</style>'
      const tag = `<live-poll poll="${poll.id}" choices="4"></live-poll><p>What follows.</p>`
      await page.goto(site.page(htmlPage(`${watchShifts}${script()}${tag}`, reserve)))
      await page.getByText('Choose one').waitFor()
      const places = await placesOf(page)
      expect(places).toHaveLength(6)
      expect(await loadedIn(page)).toBe(0)
      release()
      await expect.poll(() => loadedIn(page), patience).toBe(5)
      expect(await placesOf(page)).toEqual(places)
      expect(await page.evaluate('[shift, moved]')).toEqual([0, []])

      await page.keyboard.press('Tab')
      await page.keyboard.press('Space')
      for (let press = 0; press < 3; press++) await page.keyboard.press('ArrowDown')
      const rice = page.getByRole('radio', { name: 'Rice' })
      expect(await rice.isChecked()).toBe(true)
      await page.getByRole('radio', { name: 'Salad' }).click({ position: { x: 40, y: -60 }, force: true }) // its picture
      expect(await page.getByRole('radio', { name: 'Salad' }).isChecked()).toBe(true)
      await rice.focus()
      await page.keyboard.press('Space')
      await page.keyboard.press('Enter')
      await page.getByText('Your vote is counted').waitFor()
      await expect.poll(() => turnoutOf(page)).toBe('1 voter')
      expect(await figureOf(page, 'Rice')).toEqual(['1', '100%'])
      expect(await loadedIn(page), 'each loaded once').toBe(5)

      const drawn = await page.locator('live-poll img').evaluateAll((all) =>
        all.map((img) => {
          const { alt, loading, srcset } = img as HTMLImageElement
          return { alt, loading, srcset: srcset.replace(/[^\s,]*\/images\/[\w-]+/g, '') }
        }),
      )
      const alts = ['A laid table', '', '', '', ''] // a choice without a label is called by the words of its picture
      expect(drawn).toEqual(alts.map((alt) => ({ alt, loading: 'lazy', srcset: '?w=320 320w,?w=640 640w' })))
    })

    test('that are too large for the server are made smaller by the browser', async ({ open }) => {
      site.serve('/client.js', await bundleClient(), { 'content-type': 'text/javascript' })
      const organizer = await open('about:blank')
      await organizer.context().addCookies([{ name: 'user', value: 'ada', url: site.url }])
      await organizer.goto(site.page(htmlPage('<script type="module" src="/client.js"></script>')))
      const { size, stored } = await organizer.evaluate(async () => {
        const canvas = new OffscreenCanvas(3000, 1500)
        const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
        const noise = context.createImageData(3000, 1500)
        const words = new Uint32Array(noise.data.buffer)
        for (let at = 0, word = 1; at < words.length; at++) {
          word = (word * 1_664_525 + 1_013_904_223) >>> 0
          words[at] = (word & 0x3f3f3f) | 0xff404040
        }
        context.putImageData(noise, 0, 0)
        const file = await canvas.convertToBlob({ type: 'image/png' })
        const { client } = globalThis as unknown as { client: PollClient }
        return { size: file.size, stored: await client.uploadImage(file) }
      })
      expect(size).toBeGreaterThan(5 * 1024 * 1024)
      expect([stored.width, stored.height]).toEqual([2560, 1280])
    })

    test('of a private poll are there for its voters only', async ({ open }) => {
      const { api } = site.livePoll
      const { id } = await api.storeImage(await newPicture(320, 240), { owner: 'ada' })
      const choices = [{ label: 'Yes', image: { id } }, 'No']
      const poll = await api.createPoll({ question: 'Secret?', choices, isPrivate: true }, { owner: 'ada' })
      const [{ code } = { code: '' }] = await api.createInvitations(poll.id, { count: 1 })
      expect((await fetch(`${site.url}/live-poll/images/${id}?w=320`)).status).toBe(404)
      const page = await open(site.tag(`poll="${poll.id}" invitation="${code}"`))
      await page.getByText('Choose one').waitFor()
      await expect.poll(() => loadedIn(page), patience).toBe(1)
    })
  })
}

describeInBrowser('pictures that are broken', () => {
  test('leave their words, and the poll can be voted on', async ({ site, open }) => {
    const { id } = await site.livePoll.api.storeImage(await newPicture(640, 480))
    const choices = [{ image: { id, alt: 'A bowl of soup' } }, { label: 'Salad', image: { id } }]
    const poll = await site.livePoll.api.createPoll({ question: 'Lunch?', choices })
    const page = await open('about:blank')
    await page.route('**/live-poll/images/*', (route) => route.abort())
    await page.goto(site.tag(`poll="${poll.id}"`))
    await page.getByText('A bowl of soup').waitFor()
    await expect.poll(() => page.getByText('A bowl of soup').evaluate((one) => one.clientWidth > 20)).toBe(true)
    await page.getByRole('radio', { name: 'A bowl of soup' }).check()
    await page.getByRole('button', { name: 'Vote', exact: true }).click()
    await page.getByText('Your vote is counted').waitFor()
  })

  test('where what draws them cannot be loaded, words stand for them', async ({ site, open }) => {
    const { id } = await site.livePoll.api.storeImage(await newPicture(640, 480))
    const choices = [{ image: { id, alt: 'A bowl of soup' } }, { label: 'Salad', image: { id } }]
    const poll = await site.livePoll.api.createPoll({ question: 'Lunch?', choices })
    const page = await open('about:blank')
    await page.route('**/pictures.js', (route) => route.abort())
    await page.goto(site.tag(`poll="${poll.id}"`))
    await page.getByRole('radio', { name: 'A bowl of soup' }).waitFor()
  })
})

/** How many pictures are on the screen, whole. */
function loadedIn(page: Page): Promise<number> {
  return page
    .locator('live-poll img')
    .evaluateAll((images) => images.filter((image) => (image as HTMLImageElement).naturalWidth > 100).length)
}

/** Where rows, the question's picture and what follows are, from the top. */
async function placesOf(page: Page): Promise<(object | null)[]> {
  const elements = await page.locator('live-poll .choice, live-poll fieldset > .picture, live-poll + p').all()
  return Promise.all(elements.map((element) => element.boundingBox()))
}
