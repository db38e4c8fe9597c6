import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import type { StoredImage } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { atLength, byTurns } from '../at-length.ts'
import { expectError } from '../expect-error.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { newPicture } from '../pictures.ts'
import type { Held } from './hostile-process.ts'
import { type HostileProcess, hostNames, startHostileProcess } from './start-hostile-process.ts'
import { uploadCases } from './upload-cases.ts'

/** Bytes that the process may be larger at any moment of it all. */
const mostGrowth = 100_000_000

const hosts = byTurns('hosts that are uploaded to', hostNames, 1)
const hostsOfAllCases = hosts.slice(0, atLength('hosts that get each picture by itself', 1, hosts.length))

let server: HostileProcess
let resident: number
/** The most that it was at any moment, in bytes. */
let most = 0
let attacks = 0
beforeAll(async () => {
  server = await startHostileProcess()
  // What a first picture brings into memory is code.
  for (let time = 0; time < 3; time++) await uploadGood(createHttpClient(server.origins.node))
  resident = (await server.measure()).resident
})
afterAll(() => server.stop())

async function measure(): Promise<Held> {
  const held = await server.measure()
  most = Math.max(most, held.peak)
  return held
}

/** Of all pictures that are stored. */
async function filesStored(): Promise<number> {
  const entries = await readdir(join(server.directory, 'images'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).length
}

/** The ids of all pictures of which there is a file. */
async function idsStored(): Promise<readonly string[]> {
  return readdir(join(server.directory, 'images'))
}

async function uploadGood(call: HttpClient): Promise<StoredImage> {
  const options = { token: adminKey, body: await newPicture(), type: 'image/png' }
  const { status, body } = await call<StoredImage>('POST', '/images', options)
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}

for (const host of hosts) {
  describe(`An upload on ${host}`, () => {
    let call: HttpClient
    beforeAll(() => {
      call = createHttpClient(server.origins[host])
    })

    // What is in a picture is the same for every host: the others get all of them at once, below.
    const cases = hostsOfAllCases.includes(host) ? Object.entries(uploadCases) : []
    it.each(cases)('%s', async (_, make) => {
      attacks++
      const { body, type, code, secrets = [] } = await make()
      const before = { files: await filesStored(), images: (await measure()).images }
      const answer = await call('POST', '/images', { token: adminKey, body, type })
      if (code === 201) {
        expect(answer.status, JSON.stringify(answer.body)).toBe(201)
        await expectClean(answer.body as unknown as StoredImage, secrets)
      } else {
        expectError(answer, code)
        const after = { files: await filesStored(), images: (await measure()).images }
        expect(after, 'nothing of it is kept').toEqual(before)
      }
      await uploadGood(call)
    })

    async function expectClean({ id, key }: StoredImage, secrets: readonly string[]) {
      for (const accept of ['image/avif', 'image/webp']) {
        const answer = await fetch(`${server.origins[host]}/live-poll/images/${id}?key=${key}`, { headers: { accept } })
        expect(answer.status).toBe(200)
        const text = Buffer.from(await answer.arrayBuffer()).toString('latin1')
        for (const secret of secrets) expect(text).not.toContain(secret)
      }
    }

    it.each([
      ['a body', 'image/png', ''],
      [
        'a file',
        'multipart/form-data; boundary=b',
        '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n',
      ],
      ['what comes before a form', 'multipart/form-data; boundary=b', 'x'],
      ['headers of a part', 'multipart/form-data; boundary=b', '--b\r\nX: '],
    ])('without an end is cut off: %s', async (_, type, beginning) => {
      attacks++
      const before = { files: await filesStored(), images: (await measure()).images }
      const headers = { authorization: `Bearer ${adminKey}`, 'content-type': type }
      const upload = request(`${server.origins[host]}/live-poll/images`, { method: 'POST', headers })
      let status: number | undefined
      upload.on('response', (answer) => {
        status = answer.statusCode
        answer.resume()
      })
      upload.on('error', () => {}) // 'close' follows
      const closed = new Promise((resolve) => void upload.once('close', resolve))
      let hasEnded = false
      void closed.then(() => {
        hasEnded = true
      })
      upload.write(beginning)
      const piece = Buffer.alloc(64 * 1024, 'x')
      let sent = 0
      while (!hasEnded) {
        sent += piece.length
        if (!upload.write(piece))
          await Promise.race([closed, new Promise((resolve) => void upload.once('drain', resolve))])
      }
      expect([413, 400, undefined], 'cut off before it could read the answer, perhaps').toContain(status)
      expect(sent).toBeLessThan(64 * 1024 * 1024)
      const after = { files: await filesStored(), images: (await measure()).images }
      expect(after).toEqual(before)
      await uploadGood(call)
    })

    it('many of them at once take no memory to speak of, leave what is a picture, and harm no other upload', async () => {
      const made = await Promise.all(Object.values(uploadCases).map((make) => make()))
      const before = { ids: await idsStored(), images: (await measure()).images }
      const answers = await Promise.all(
        made.map(({ body, type }) => call('POST', '/images', { token: adminKey, body, type })),
      )
      for (const [index, { status, body }] of answers.entries()) {
        const expected = made[index]?.code
        const code = status === 201 ? 201 : body.error.code
        expect([expected, 'BUSY'], JSON.stringify(body)).toContain(code)
      }
      const taken = answers.flatMap(({ status, body }) => (status === 201 ? (body as unknown as StoredImage).id : []))
      const isNew = (id: string) => !before.ids.includes(id)
      const kept = [...new Set(taken)].filter(isNew)
      expect((await idsStored()).filter(isNew).sort(), 'nothing of what was refused').toEqual(kept.sort())
      expect((await measure()).images - before.images).toBe(kept.length)
      const good = await uploadGood(call)
      expect(await idsStored()).toContain(good.id)
    })
  })
}

it(`needed less than ${mostGrowth / 1e6} MB more at any moment, and leaves no fault in the log`, async () => {
  const { faults } = await measure()
  console.log(`${attacks} hostile uploads: at most ${Math.round((most - resident) / 1e6)} MB more`)
  expect(faults).toEqual([])
  expect(most - resident).toBeLessThan(mostGrowth)
})
