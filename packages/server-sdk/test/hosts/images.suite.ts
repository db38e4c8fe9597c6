import type { Poll, StoredImage } from '@live-poll/client-sdk/protocol'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { expectError } from '../expect-error.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { newPicture } from '../pictures.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import type { HttpHost } from './http-hosts.ts'

const asOrganizer = { token: adminKey }

/**
 * Pictures, from upload to removal, over one host.
 * @param shownLarge a picture that everyone may see, of more than is kept in memory: made once, for that takes a while
 */
export function describeImages(
  name: string,
  host: HttpHost,
  running: () => RunningLivePoll,
  shownLarge: () => Promise<StoredImage>,
): void {
  describe(`on ${name}`, () => {
    let call: HttpClient
    let origin: string
    let stop: () => Promise<void>
    beforeAll(async () => {
      const http = await host.listen(running().livePoll)
      stop = http.close
      origin = http.origin
      call = createHttpClient(origin)
    })
    afterAll(() => stop())

    const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      fetch(`${origin}/live-poll/images/${path}`, { method, headers })
    const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer())
    const upload = async (body?: Uint8Array) =>
      call<StoredImage>('POST', '/images', { ...asOrganizer, body: body ?? (await newPicture()), type: 'image/png' })
    const show = async (id: string, fields: object = {}) => {
      const body = { question: 'Which?', image: { id, alt: 'Soup' }, choices: ['a', 'b'], ...fields }
      const { status, body: poll } = await call<Poll>('POST', '/polls', { ...asOrganizer, body })
      expect(status, JSON.stringify(poll)).toBe(201)
      return poll
    }
    /** Uploaded, and shown by a poll for everyone. */
    const shown = async (body?: Uint8Array) => {
      const { body: image } = await upload(body)
      await show(image.id)
      return image
    }

    it('POST /images keeps the body', async () => {
      const answer = await upload(await newPicture(1000, 500))
      expect(answer).toMatchObject({ status: 201, headers: { 'cache-control': 'no-store' } })
      expect(answer.body).toEqual({
        id: expect.stringMatching(/^i_[\w-]{22}$/),
        width: 1000,
        height: 500,
        placeholder: expect.stringMatching(/^data:image\/webp;base64,/),
        key: expect.stringMatching(/./),
      })
    })

    it('POST /images keeps the only file of a form, whatever its name', async () => {
      const picture = await newPicture()
      const form = new FormData()
      form.set('caption', 'Soup')
      form.set('file', new Blob([picture], { type: 'text/html' }), '../../etc/passwd.html')
      const headers = { authorization: `Bearer ${adminKey}` }
      const answer = await fetch(`${origin}/live-poll/images`, { method: 'POST', headers, body: form })
      expect(answer.status).toBe(201)
      const { id } = (await answer.json()) as StoredImage
      expect((await upload(picture)).body.id, 'the same picture').toBe(id)
    })

    it('GET /images/:id gives the width and format that are wanted, with what makes it harmless', async () => {
      const { id } = await shown(await newPicture(1000, 500))
      for (const [query, accept, width, format] of [
        ['?w=300', 'image/webp,*/*', 320, 'webp'],
        ['?w=640', 'image/avif,image/webp,*/*', 640, 'heif'],
        ['', '*/*', 1000, 'webp'],
        ['?w=99999', 'image/avif;q=0, */*', 1000, 'webp'],
      ] as const) {
        const answer = await get(id + query, { accept })
        expect(Object.fromEntries(answer.headers)).toMatchObject({
          'content-type': format === 'heif' ? 'image/avif' : 'image/webp',
          'cache-control': 'public, max-age=31536000, immutable',
          'content-security-policy': "default-src 'none'; sandbox",
          'x-content-type-options': 'nosniff',
          'cross-origin-resource-policy': 'cross-origin',
          'accept-ranges': 'bytes',
          vary: 'Accept, Origin',
          etag: expect.stringMatching(/^"[\w-]+"$/),
        })
        const bytes = await bytesOf(answer)
        expect(answer.headers.get('content-length')).toBe(String(bytes.length))
        expect(await sharp(bytes).metadata()).toMatchObject({ width, height: width / 2, format })
      }
    })

    it('GET /images/:id answers 304 to who has it, and HEAD as GET without the bytes', async () => {
      const { id } = await shown()
      const whole = await get(`${id}?w=640`)
      const etag = whole.headers.get('etag') ?? ''
      for (const held of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const same = await get(`${id}?w=640`, { 'if-none-match': held })
        expect([same.status, same.headers.get('etag'), (await bytesOf(same)).length]).toEqual([304, etag, 0])
      }
      expect((await get(`${id}?w=640`, { 'if-none-match': '"other"' })).status).toBe(200)
      const head = await get(`${id}?w=640`, {}, 'HEAD')
      const headers = ({ headers }: Response) => {
        const {
          date: _,
          'x-request-id': __,
          connection: ___,
          'keep-alive': ____,
          ...kept
        } = Object.fromEntries(headers)
        return kept
      }
      expect([head.status, headers(head)]).toEqual([200, headers(whole)])
    })

    // `express.raw()` has a limit of its own.
    const sizes = host.parser === 'raw' ? ['small'] : ['small', 'large']
    it.each(sizes)('GET /images/:id gives parts of a %s one', { timeout: 60_000 }, async (size) => {
      const { id } = size === 'large' ? await shownLarge() : await shown(await newPicture(1000, 500))
      const answer = await get(id)
      const etag = answer.headers.get('etag') ?? ''
      const whole = await bytesOf(answer)
      if (size === 'large') expect(whole.length, 'more than is kept in memory').toBeGreaterThan(1024 * 1024)
      expect(answer.headers.get('content-length')).toBe(String(whole.length))
      expect((await get(id, {}, 'HEAD')).headers.get('content-length')).toBe(String(whole.length))
      const last = whole.length - 1
      for (const [range, first, end] of [
        ['bytes=0-9', 0, 9],
        [`bytes=${last}-`, last, last],
        ['bytes=-100', last - 99, last],
        ['bytes=10-999999999', 10, last],
      ] as const) {
        const part = await get(id, { range })
        expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes ${first}-${end}/${whole.length}`])
        expect((await bytesOf(part)).equals(whole.subarray(first, end + 1))).toBe(true)
      }
      const beyond = await get(id, { range: `bytes=${whole.length}-` })
      expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${whole.length}`])
      expect(await bytesOf(beyond)).toHaveLength(0)
      expect((await get(id, { range: 'bytes=0-9', 'if-range': etag })).status).toBe(206)
      expect((await get(id, { range: 'bytes=0-9', 'if-range': '"other"' })).status).toBe(200)
    })

    it('GET /images/:id shows nobody what no poll shows, nor what private polls show, but to who has its key', async () => {
      const { body: image } = await upload()
      const faces = async (path: string) => {
        const answer = await get(path)
        const { date: _, 'x-request-id': __, ...headers } = Object.fromEntries(answer.headers)
        const { error } = (await answer.json()) as { error: { requestId?: string } }
        return { status: answer.status, headers, error: { ...error, requestId: undefined } }
      }
      const missing = await faces('i_0123456789012345678901')
      expect(missing).toMatchObject({ status: 404, error: { code: 'NOT_FOUND' } })
      expect(await faces(image.id), 'of no poll').toEqual(missing)
      const { id, image: ofPoll } = await show(image.id, { isPrivate: true })
      expect(await faces(image.id), 'of a private poll').toEqual(missing)
      expect(await faces(`${image.id}?key=${image.key}x`), 'with a wrong key').toEqual(missing)
      for (const key of [image.key, ofPoll?.key]) {
        const answer = await get(`${image.id}?key=${key}`)
        expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, max-age=86400, immutable'])
      }
      await call('PATCH', `/polls/${id}`, { ...asOrganizer, body: { isPrivate: false } })
      expect((await get(image.id)).status, 'no longer private').toBe(200)
    })

    it('DELETE /images/:id removes what no poll shows', async () => {
      const { body: image } = await upload()
      const { id: pollId } = await show(image.id)
      const used = await call('DELETE', `/images/${image.id}`, asOrganizer)
      expectError(used, 'INVALID')
      expect(used.body.error.issues?.[0]?.path).toBe('image')
      await call('PATCH', `/polls/${pollId}`, { ...asOrganizer, body: { image: null } })
      expect(await call('DELETE', `/images/${image.id}`, asOrganizer)).toMatchObject({ status: 204, body: '' })
      expectError(await call('DELETE', `/images/${image.id}`, asOrganizer), 'NOT_FOUND')
      expect((await get(`${image.id}?key=${image.key}`)).status).toBe(404)
    })

    it('refuses what is no width, and the methods that it does not offer', async () => {
      for (const width of ['0', '-1', '1.5', 'wide', '100000', '']) {
        const answer = await call('GET', `/images/i_0123456789012345678901?w=${width}`)
        expectError(answer, 'INVALID')
        expect(answer.body.error.issues?.[0]?.path).toBe('w')
      }
      expectError(await call('PUT', '/images', asOrganizer), 'METHOD_NOT_ALLOWED')
    })
  })
}
