import { createHmac } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { StoredImage } from '@live-poll/client-sdk/protocol'
import type { LivePollOptions } from '@live-poll/server-sdk'
import { files } from '@live-poll/server-sdk/files'
import express from 'express'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ImageStore } from '../../src/ports/image-store.ts'
import { toExpress } from '../../src/use/express.ts'
import { adminKey } from '../admin-key.ts'
import { byTurns } from '../at-length.ts'
import { expectError } from '../expect-error.ts'
import { createHttpClient } from '../http-client.ts'
import { listen } from '../listeners.ts'
import { newLargePicture, newPicture } from '../pictures.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { httpHosts } from './http-hosts.ts'
import { describeImages } from './images.suite.ts'

const asOrganizer = { token: adminKey }
let running: RunningLivePoll
beforeAll(async () => {
  running = await startLivePoll()
})
afterAll(() => running.stop())

let large: Promise<StoredImage> | undefined
function shownLarge(): Promise<StoredImage> {
  large ??= newLargePicture().then((picture) => storeShown(running, picture))
  return large
}

describe('Pictures', () => {
  const hosts = byTurns('hosts that take pictures', Object.entries(httpHosts), 4, ([name]) => name)
  for (const [name, host] of hosts) describeImages(name, host, () => running, shownLarge)
})

const folder = () => files({ directory: join(running.directory, 'images') })

/** What a host that has chosen otherwise answers. */
async function withOptions<T>(
  images: NonNullable<LivePollOptions['images']>,
  use: (other: RunningLivePoll) => Promise<T>,
): Promise<T> {
  const other = await startLivePoll({ directory: running.directory, images })
  try {
    return await use(other)
  } finally {
    await other.stop()
  }
}

async function storeShown({ livePoll }: RunningLivePoll, picture: Uint8Array): Promise<StoredImage> {
  const image = await livePoll.api.storeImage(picture)
  await livePoll.api.createPoll({ question: 'Which?', image: { id: image.id }, choices: ['a', 'b'] })
  return image
}

describe('A host', () => {
  it('that takes no pictures says so', () =>
    withOptions(false, async ({ origin, livePoll }) => {
      const call = createHttpClient(origin)
      const refused = await call('POST', '/images', { ...asOrganizer, body: await newPicture(), type: 'image/png' })
      expectError(refused, 'NOT_FOUND')
      expect(refused.body.error.message).toContain('"images"')
      expectError(await call('GET', '/images/i_0123456789012345678901'), 'NOT_FOUND')
      await expect(livePoll.api.storeImage(await newPicture())).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }))

  it.each([
    ['what is no bytes', 'a picture', 'ada', 'image'],
    ['an owner of another type', undefined, 7, 'owner'],
    ['an owner whose name is too long', undefined, 'a'.repeat(201), 'owner'],
  ])('cannot store %s', async (_, bytes, owner, path) => {
    const stored = running.livePoll.api.storeImage((bytes ?? (await newPicture())) as Uint8Array, {
      owner: owner as string,
    })
    await expect(stored).rejects.toMatchObject({ code: 'INVALID', details: { issues: [{ path }] } })
  })

  it('may redirect to a CDN, whoever may see it', () =>
    withOptions(
      {
        store: folder(),
        redirect: async (key, { contentType }) => `https://cdn.example/${key}?type=${encodeURIComponent(contentType)}`,
      },
      async (other) => {
        const image = await storeShown(other, await newPicture())
        const path = `${other.origin}/live-poll/images/${image.id}`
        const answer = await fetch(`${path}?w=320`, { redirect: 'manual' })
        expect([answer.status, answer.headers.get('cache-control')]).toEqual([302, 'no-store'])
        expect(answer.headers.get('location')).toMatch(
          new RegExp(`^https://cdn.example/${image.id}/\\w+/64.webp\\?type=image%2Fwebp$`),
        )
        const hidden = await other.livePoll.api.storeImage(await newPicture())
        const refused = await fetch(`${other.origin}/live-poll/images/${hidden.id}`, { redirect: 'manual' })
        expect(refused.status).toBe(404)
        const withKey = await fetch(`${other.origin}/live-poll/images/${hidden.id}?key=${hidden.key}`, {
          redirect: 'manual',
        })
        expect(withKey.status).toBe(302)
      },
    ))

  it('may redirect to URLs that it signs, where the bytes are', async () => {
    const signatureOf = (key: string) => createHmac('sha256', 'of the bucket').update(key).digest('hex')
    // A bucket that nobody may read without a signature.
    const bucket = await listen(async ({ url = '', method }, response) => {
      const { pathname, searchParams } = new URL(url, 'http://bucket')
      const key = pathname.slice(1)
      const isSigned = searchParams.get('signature') === signatureOf(key)
      response.writeHead(isSigned ? 200 : 403, { 'content-type': searchParams.get('type') ?? 'text/plain' })
      response.end(isSigned && method === 'GET' ? await readFile(join(running.directory, 'images', key)) : '')
    })
    const redirect = async (key: string, { contentType }: { readonly contentType: string }) =>
      `${bucket.origin}/${key}?signature=${signatureOf(key)}&type=${encodeURIComponent(contentType)}`
    try {
      await withOptions({ store: folder(), redirect }, async (other) => {
        const { id } = await storeShown(other, await newPicture(1000, 500))
        for (const [width, accept, format] of [
          [320, 'image/webp', 'webp'],
          [640, 'image/avif,image/webp', 'heif'],
          [1000, '*/*', 'webp'],
        ] as const) {
          const url = `${other.origin}/live-poll/images/${id}?w=${width}`
          const answer = await fetch(url, { headers: { accept } })
          expect([answer.status, answer.redirected, new URL(answer.url).origin]).toEqual([200, true, bucket.origin])
          expect(answer.headers.get('content-type')).toBe(format === 'heif' ? 'image/avif' : 'image/webp')
          expect(await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).toMatchObject({ width, format })
          const head = await fetch(url, { method: 'HEAD', headers: { accept }, redirect: 'manual' })
          expect([head.status, head.headers.get('location')]).toEqual([302, answer.url])
          expect(head.headers.get('vary'), 'not the same for all').toContain('Accept')
        }
        const unsigned = new URL((await fetch(`${other.origin}/live-poll/images/${id}`)).url)
        unsigned.searchParams.delete('signature')
        expect((await fetch(unsigned)).status).toBe(403)
      })
    } finally {
      await bucket.close()
    }
  })

  it.each([
    ['throws', () => Promise.reject(new Error('The signer is away.')), 'The signer is away.'],
    ['returns what is no URL', () => '/pictures/1.webp', '"images.redirect" must return a URL'],
  ])('whose redirect %s has the cause in its log, and tells nobody', (_, redirect, cause) =>
    withOptions({ store: folder(), redirect }, async (other) => {
      const { id } = await storeShown(other, await newPicture())
      const answer = await createHttpClient(other.origin)('GET', `/images/${id}`)
      expectError(answer, 'INTERNAL')
      expect(JSON.stringify(answer.body)).not.toContain(cause)
      expect(other.logger.errors.map((one) => inspect(one)).join()).toContain(cause)
    }),
  )

  it('has a limit for one upload, and for all of an owner', () =>
    withOptions({ store: folder(), maxBytes: 1000, quota: 400 }, async ({ origin, livePoll }) => {
      const call = createHttpClient(origin)
      const send = (body: Uint8Array) => call('POST', '/images', { ...asOrganizer, body, type: 'image/png' })
      expectError(await send(Buffer.alloc(1001)), 'TOO_LARGE')
      const owner = { owner: 'somebody with little' }
      const first = await newPicture(8, 8)
      const { id } = await livePoll.api.storeImage(first, owner)
      const full = livePoll.api.storeImage(await newPicture(8, 8), owner)
      await expect(full).rejects.toMatchObject({ code: 'TOO_LARGE', message: expect.stringContaining('400 bytes') })
      expect(await livePoll.api.storeImage(first, owner), 'which they have already').toMatchObject({ id })
      await livePoll.api.deleteImage(id)
      await livePoll.api.storeImage(await newPicture(8, 8), owner)
    }))

  it('whose parser has read the form before is told what to do', async () => {
    const app = express()
    app.use((request, _response, next) => {
      request.resume().on('end', () => {
        request.body = {} // as multer does
        next()
      })
    })
    const http = await listen(app.use(toExpress(running.livePoll)))
    const form = new FormData()
    form.set('file', new Blob([await newPicture()]), 'soup.png')
    const answer = await fetch(`${http.origin}/live-poll/images`, {
      ...{ method: 'POST', body: form, headers: { authorization: `Bearer ${adminKey}` } },
    })
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { error: { message: string } }).error.message).toContain('mount Live Poll before')
    await http.close()
  })
})

describe('Pictures that nothing else uses', () => {
  const filesOf = async (...images: readonly StoredImage[]) => {
    const folders = await readdir(join(running.directory, 'images'))
    return images.filter(({ id }) => folders.includes(id))
  }
  const makePoll = (images: readonly StoredImage[], owner: string) =>
    running.livePoll.api.createPoll(
      { question: 'Which?', choices: images.map(({ id }, index) => ({ label: `Choice ${index}`, image: { id } })) },
      { owner },
    )

  it('go with their poll', async () => {
    const { api } = running.livePoll
    const owner = 'an organizer'
    const [one, shared] = [
      await api.storeImage(await newPicture(), { owner }),
      await api.storeImage(await newPicture(), { owner }),
    ]
    const poll = await makePoll([one, shared], owner)
    const other = await makePoll([shared, shared], owner)
    await api.deletePoll(poll.id)
    expect(await filesOf(one, shared)).toEqual([shared])
    await expect(fetch(`${running.origin}/live-poll/images/${one.id}`)).resolves.toMatchObject({ status: 404 })
    await api.deletePoll(other.id)
    expect(await filesOf(one, shared)).toEqual([])
  })

  it('go with their owner', async () => {
    const { api } = running.livePoll
    const owner = 'a person to forget'
    const [unused, shown] = [
      await api.storeImage(await newPicture(), { owner }),
      await api.storeImage(await newPicture(), { owner }),
    ]
    await makePoll([shown, shown], owner)
    await api.eraseVoter({ user: owner })
    expect(await filesOf(unused, shown)).toEqual([shown])
  })
})

describe('A large picture', { timeout: 60_000 }, () => {
  it('is not read any more when whoever wanted it has gone', async () => {
    const open = new Set<object>()
    const stored = folder()
    const watched: ImageStore = {
      ...stored,
      async get(key, range) {
        const object = await stored.get(key, range)
        if (!object) return undefined
        async function* bytes() {
          const reading = {}
          open.add(reading)
          try {
            for await (const piece of object?.bytes ?? []) yield piece
          } finally {
            open.delete(reading)
          }
        }
        return { size: object.size, bytes: bytes() }
      },
    }
    await withOptions(watched, async (other) => {
      const { id } = await storeShown(other, await newLargePicture())
      await fetch(`${other.origin}/live-poll/images/${id}`, { method: 'HEAD' })
      expect(open.size, 'after its size was looked up').toBe(0)
      // It is longer than what the network takes of it: somebody is still reading.
      const calls = Array.from({ length: 5 }, () => request(`${other.origin}/live-poll/images/${id}`).end())
      const answers = await Promise.all(
        calls.map((call) => new Promise<IncomingMessage>((done) => call.once('response', done))),
      )
      for (const answer of answers) answer.destroy()
      await vi.waitFor(() => expect(open.size).toBe(0))
      const whole = await fetch(`${other.origin}/live-poll/images/${id}`)
      expect((await whole.arrayBuffer()).byteLength).toBe(Number(whole.headers.get('content-length')))
    })
  })
})
