import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { StoredImage } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createImageId } from '../../src/identity/image-id.ts'
import { deriveKeys } from '../../src/identity/keys.ts'
import { adminKey } from '../admin-key.ts'
import { makeDataFolder } from '../data-folder.ts'
import { type CallOptions, createHttpClient } from '../http-client.ts'
import { newPicture } from '../pictures.ts'
import { type S3UnderTest, startS3 } from '../servers/s3.ts'
import { bundleNode } from './bundle-node.ts'
import type { DeathOfImageNode, ImageNodeOrder, ImageNodeReady, ImageNodeStart, SweptImages } from './image-node.ts'

let directory: string
let bucket: S3UnderTest
beforeAll(async () => {
  directory = await makeDataFolder()
  bucket = await startS3()
})
afterAll(async () => {
  await bucket.stop()
  await rm(directory, { recursive: true })
})

type ImageNode = Awaited<ReturnType<typeof startNode>>

async function startNode(store: ImageNodeStart['store']) {
  const file = await bundleNode('image-node')
  const argument: ImageNodeStart = { store, directory, adminKey }
  const child = fork(file, [JSON.stringify(argument)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const exited = once(child, 'exit').then(([code, signal]) => String(signal ?? code))
  const ready = await Promise.race([once(child, 'message').then(([message]) => message as ImageNodeReady), exited])
  if (typeof ready === 'string') throw new Error(`The node did not start: ${ready}`)
  const tell = (order: ImageNodeOrder) => child.send(order)
  return {
    call: createHttpClient(`http://127.0.0.1:${ready.port}`),
    exited,
    dieAt: (dieAt: DeathOfImageNode) => tell({ dieAt }),
    async sweep() {
      const answer = once(child, 'message')
      tell({ sweep: true })
      return (await answer)[0] as SweptImages
    },
    async stop() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** As the server names it, by the secret beside its database. */
async function idOf(picture: Uint8Array): Promise<string> {
  const secret = (await readFile(join(directory, 'secret'), 'utf8')).trim()
  return createImageId(deriveKeys(secret).imageIds)(null, picture)
}

interface Place {
  readonly store: () => ImageNodeStart['store']
  /** All that is in it. */
  readonly list: () => Promise<readonly string[]>
}

const places: Readonly<Record<string, Place>> = {
  files: {
    store: () => ({ folder: join(directory, 'pictures') }),
    list: () => readdir(join(directory, 'pictures'), { recursive: true }).catch(() => []),
  },
  s3: {
    store: () => ({ endpoint: bucket.endpoint, bucket: bucket.bucket }),
    async list() {
      const { Contents = [] } = await bucket.client.send(new ListObjectsV2Command({ Bucket: bucket.bucket }))
      return Contents.map(({ Key = '' }) => Key)
    },
  },
}

for (const [name, { store, list }] of Object.entries(places)) {
  describe(`Killed in the middle of an upload to ${name}`, () => {
    let node: ImageNode
    beforeAll(async () => {
      node = await startNode(store())
    })
    afterAll(() => node.stop())

    /** Uploads to a node that dies of it, and starts another in its place. */
    async function killWhile(dieAt: DeathOfImageNode, upload: CallOptions): Promise<void> {
      node.dieAt(dieAt)
      await expect(node.call('POST', '/images', upload)).rejects.toThrow()
      expect(await node.exited).toBe('SIGKILL')
      node = await startNode(store())
    }

    it.each([
      ['afterImagePending', 1, false],
      ['afterImageBytes', 1, true],
      ['afterImageBytes', 3, true],
      ['beforeImageReady', 1, true],
    ] as const)('at %s, %i: nobody sees it, and a sweep leaves nothing', async (point, passing, hasBytes) => {
      const body = await newPicture(1000, 500)
      const id = await idOf(body)
      const upload = { token: adminKey, body, type: 'image/png' }
      await killWhile({ point, passing }, upload)
      expect((await list()).length > 0, 'what it has left behind').toBe(hasBytes)
      expect((await node.call('GET', `/images/${id}`)).status).toBe(404)
      const poll = { question: 'Which?', image: { id }, choices: ['a', 'b'] }
      expect((await node.call('POST', '/polls', { token: adminKey, body: poll })).body.error.code).toBe('INVALID')
      expect(await node.sweep()).toEqual({ removed: 1, left: { bytes: 0, images: 0 } })
      expect(await list()).toEqual([])

      const again = await node.call<StoredImage>('POST', '/images', upload)
      expect(again).toMatchObject({ status: 201, body: { id } })
      expect((await node.call('GET', `/images/${id}?key=${again.body.key}`)).status).toBe(200)
      expect(await node.sweep()).toEqual({ removed: 1, left: { bytes: 0, images: 0 } })
      expect(await list()).toEqual([])
    })

    it('and uploaded again, it is as if nothing had been', async () => {
      const upload = { token: adminKey, body: await newPicture(1000, 500), type: 'image/png' }
      await killWhile({ point: 'afterImageBytes', passing: 2 }, upload)
      const { status, body } = await node.call<StoredImage>('POST', '/images', upload)
      expect(status).toBe(201)
      expect((await node.call('GET', `/images/${body.id}?key=${body.key}`)).status).toBe(200)
      expect(
        (await list()).filter((key) => /\.(webp|avif)$/.test(key)),
        'one set of objects',
      ).toHaveLength(6)
      await node.sweep()
      expect(await list()).toEqual([])
    })
  })
}
