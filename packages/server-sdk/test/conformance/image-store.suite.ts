import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ImageStore, StoredObject } from '../../src/ports/image-store.ts'

/** What every store must do. @param open a store, whatever is in it */
export function describeImageStore(name: string, open: () => ImageStore) {
  describe(name, () => {
    let store: ImageStore
    let folder: string
    beforeEach(() => {
      store = open()
      folder = `test-${randomBytes(6).toString('hex')}`
    })
    const put = async (key: string, text: string) => {
      await store.put(`${folder}/${key}`, Buffer.from(text), 'image/webp')
      return `${folder}/${key}`
    }

    it('gives back what it was given', async () => {
      const bytes = randomBytes(3_000_000)
      const key = `${folder}/a-picture_1.webp`
      await store.put(key, bytes, 'image/webp')
      const found = await store.get(key)
      expect(found?.size).toBe(bytes.length)
      expect((await readAll(found)).equals(bytes)).toBe(true)
    })

    it('has nothing where nothing was put, nor under the beginning of a key', async () => {
      expect(await store.get(`${folder}/missing`)).toBeUndefined()
      const key = await put('deep/within/it', 'here')
      expect(await store.get(`${folder}/deep`)).toBeUndefined()
      expect(await store.get(`${key}/more`)).toBeUndefined()
    })

    it('has the last of what was put under one key, whole', async () => {
      await put('one', 'a long text that comes first')
      const key = await put('one', 'short')
      expect((await readAll(await store.get(key))).toString()).toBe('short')
      const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(50_000))
      await Promise.all(texts.map((text) => put('one', text)))
      expect(texts).toContain((await readAll(await store.get(key))).toString())
    })

    it.each([
      [{ first: 0, last: 3 }, '0123'],
      [{ first: 4, last: 4 }, '4'],
      [{ first: 6, last: 1000 }, '6789'],
      [{ first: 10, last: 20 }, ''],
    ])('gives the range %o, and the size of all', async (range, expected) => {
      const key = await put('digits', '0123456789')
      const found = await store.get(key, range)
      expect(found?.size).toBe(10)
      expect((await readAll(found)).toString()).toBe(expected)
    })

    it('removes many at once, those among them that are not there', async () => {
      const keys = await Promise.all(Array.from({ length: 30 }, (_, index) => put(`many/${index}`, 'x')))
      const kept = await put('many/kept', 'x')
      await store.delete([...keys, `${folder}/many/missing`])
      await store.delete(keys)
      await store.delete([])
      for (const key of keys) expect(await store.get(key)).toBeUndefined()
      expect(await store.get(kept)).toBeDefined()
    })

    it('may be left in the middle of an object', async () => {
      const key = await put('left', 'x'.repeat(2_000_000))
      for (let time = 0; time < 20; time++) {
        for await (const chunk of (await store.get(key))?.bytes ?? []) {
          expect(chunk.length).toBeGreaterThan(0)
          break
        }
      }
      expect((await readAll(await store.get(key))).length).toBe(2_000_000)
    })

    it.each(['', '/a', 'a/', '../a', 'a/../b', 'a//b', '.a', 'a/.b', 'a\0b', 'a b', 'ä', 'a\\b', 'x'.repeat(201)])(
      'refuses the key %j',
      async (key) => {
        await expect(store.put(key, Buffer.from('x'), 'image/webp')).rejects.toThrow('is no key')
        await expect(store.get(key)).rejects.toThrow('is no key')
        await expect(store.delete([key])).rejects.toThrow('is no key')
      },
    )
  })
}

async function readAll(object: StoredObject | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of object?.bytes ?? []) chunks.push(chunk)
  return Buffer.concat(chunks)
}
