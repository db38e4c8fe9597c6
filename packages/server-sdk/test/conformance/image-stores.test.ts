import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { files } from '../../src/adapters/files/files.ts'
import { s3 } from '../../src/adapters/s3/s3.ts'
import { connectS3, type S3UnderTest, startS3 } from '../servers/s3.ts'
import { describeImageStore } from './image-store.suite.ts'

let directory: string
let server: S3UnderTest
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'live-poll-images-'))
  server = await startS3()
})
afterAll(async () => {
  await server.stop()
  await rm(directory, { recursive: true })
})

describeImageStore('files', () => files({ directory: join(directory, 'made', 'by', 'it') }))
describeImageStore('s3', () => s3({ client: server.client, bucket: server.bucket }))

describe('files', () => {
  it('leaves nothing unfinished behind', async () => {
    const store = files({ directory: join(directory, 'clean') })
    await Promise.all(Array.from({ length: 20 }, () => store.put('one', Buffer.alloc(100_000), 'image/webp')))
    expect(await readdir(join(directory, 'clean'))).toEqual(['one'])
  })

  it('removes folders with the last of what is in them, and makes them again meanwhile', async () => {
    const store = files({ directory: join(directory, 'folders') })
    const keys = Array.from({ length: 40 }, (_, index) => `one/${index % 4}/${index}.webp`)
    await Promise.all(keys.map((key) => store.put(key, Buffer.alloc(10), 'image/webp')))
    await store.delete(keys.slice(1))
    expect(await readdir(join(directory, 'folders', 'one'))).toEqual(['0'])
    await Promise.all(
      keys.map(async (key) => {
        await store.put(key, Buffer.alloc(10), 'image/webp')
        await store.delete([key])
      }),
    )
    expect(await readdir(join(directory, 'folders'))).toEqual([])
  })

  it('removes what was left unfinished by a process that was killed', async () => {
    const folder = join(directory, 'killed')
    const store = files({ directory: folder })
    await store.put('one/a.webp', Buffer.alloc(10), 'image/webp')
    await writeFile(join(folder, 'one', 'b.webp.0123456789ab.unfinished'), 'half')
    await store.delete(['one/a.webp', 'one/b.webp'])
    expect(await readdir(folder)).toEqual([])
  })

  it('says STORAGE_UNAVAILABLE where the folder cannot be one', async () => {
    const file = join(directory, 'a-file')
    await writeFile(file, 'in the way')
    const store = files({ directory: file })
    await expect(store.put('one', Buffer.alloc(1), 'image/webp')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    expect(await store.get('one')).toBeUndefined()
  })

  it('refuses to be without a folder', () => {
    expect(() => files({ directory: '' })).toThrow('files: directory')
    expect(() => files(undefined as never)).toThrow('files: directory')
  })
})

describe('s3', () => {
  it('keeps its objects under its prefix', async () => {
    const { client, bucket } = server
    const one = s3({ client, bucket, prefix: 'one/' })
    await one.put('key', Buffer.from('x'), 'image/webp')
    expect(await s3({ client, bucket, prefix: 'other/' }).get('key')).toBeUndefined()
    expect((await s3({ client, bucket, prefix: '' }).get('one/key'))?.size).toBe(1)
  })

  it.each([
    ['client', { client: {}, bucket: 'b' }],
    ['bucket', { client: { send() {} }, bucket: '' }],
    ['timeout', { client: { send() {} }, bucket: 'b', timeout: 0 }],
  ])('names the option %s that cannot work', (option, options) => {
    expect(() => s3(options as never)).toThrow(`s3: ${option}`)
  })
})

describe('while s3 fails', () => {
  let failing: Server | undefined
  afterEach(() => {
    failing?.closeAllConnections()
    failing?.close()
  })

  /** A store whose server does this. */
  async function storeOn(answer: RequestListener) {
    failing = createServer(answer).listen(0, '127.0.0.1')
    await new Promise((resolve) => failing?.once('listening', resolve))
    const client = connectS3(`http://127.0.0.1:${(failing.address() as AddressInfo).port}`)
    return s3({ client, bucket: 'polls', timeout: 300 })
  }
  const unavailable = { code: 'STORAGE_UNAVAILABLE' }

  it.each<[string, RequestListener]>([
    ['answers 500', (_, response) => response.writeHead(500).end('<Error><Code>InternalError</Code></Error>')],
    ['answers nothing', () => {}],
    ['cuts the connection', (request) => request.socket.destroy()],
    ['answers what is not its protocol', (_, response) => response.writeHead(403).end('who are you?')],
  ])('and %s, every call says STORAGE_UNAVAILABLE', async (_, answer) => {
    const store = await storeOn(answer)
    await expect(store.put('key', Buffer.alloc(10), 'image/webp')).rejects.toMatchObject(unavailable)
    await expect(store.get('key')).rejects.toMatchObject(unavailable)
    await expect(store.delete(['key'])).rejects.toMatchObject(unavailable)
  })

  it.each<[string, (end: () => void) => void]>([
    ['cut', (end) => setImmediate(end)],
    ['left hanging', () => {}],
  ])('a reading that is %s in the middle ends by STORAGE_UNAVAILABLE', async (_, then) => {
    const store = await storeOn((_, response) => {
      response.writeHead(200, { 'content-length': '1000', 'content-type': 'image/webp' })
      response.write('x'.repeat(500), () => then(() => response.destroy()))
    })
    const found = await store.get('key')
    expect(found?.size).toBe(1000)
    const read = async () => {
      let length = 0
      for await (const chunk of found?.bytes ?? []) length += chunk.length
      return length
    }
    await expect(read()).rejects.toMatchObject(unavailable)
  })

  it('says so where a part of what is to be removed is not', async () => {
    const store = await storeOn((_, response) => {
      const error = '<Error><Key>live-poll/b</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
      response.writeHead(200, { 'content-type': 'application/xml' }).end(`<DeleteResult>${error}</DeleteResult>`)
    })
    await expect(store.delete(['a', 'b'])).rejects.toMatchObject({ ...unavailable, cause: expect.any(Error) })
  })
})
