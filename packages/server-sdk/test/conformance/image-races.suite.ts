import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NewImage } from '../../src/ports/image-records.ts'
import { type MakeStores, newImage, type StoresUnderTest, storeImage } from './stores.ts'

const rounds = 40
const twice = <T>(make: () => Promise<T>) => Promise.all([make(), make()])

/** What `ImageRecords` promises while several nodes are at one picture. */
export function describeImageRaces(name: string, make: MakeStores): void {
  describe(`One picture on ${name}, from several sides at once`, { timeout: 60_000 }, () => {
    let stores: StoresUnderTest
    beforeAll(async () => {
      stores = await make()
    })
    afterAll(() => stores.close())

    /** Where bytes are, by attempt: two nodes put and remove them as the actions do. */
    function createBytes() {
      const places = new Set<string>()
      const { images } = stores
      return {
        places,
        async upload(image: NewImage): Promise<void> {
          for (;;) {
            const begun = await images.begin({ ...image, attempt: randomBytes(6).toString('base64url') })
            if (begun.isReady) return
            places.add(begun.attempt)
            if (await images.finish(image.id, begun.attempt)) return
            places.delete(begun.attempt)
          }
        },
        async remove({ id }: NewImage): Promise<boolean> {
          const claimed = await images.claim(id)
          if (!claimed) return false
          places.delete(claimed.attempt)
          await images.forget([claimed])
          return true
        },
      }
    }

    it('two claims: both remove the same bytes, and it is gone', async () => {
      for (let round = 0; round < rounds; round++) {
        const { id, attempt, width } = await storeImage(stores)
        const claimed = await twice(() => stores.images.claim(id))
        expect(claimed).toEqual([
          { id, attempt, width },
          { id, attempt, width },
        ])
        await twice(() => stores.images.forget([{ id, attempt, width }]))
        expect(await stores.images.claim(id)).toBeUndefined()
      }
    })

    it('an upload and a removal: what is ready in the end has its bytes, and nothing else is left', async () => {
      let removed = 0
      for (let round = 0; round < rounds; round++) {
        const image = newImage()
        const { places, upload, remove } = createBytes()
        if (round % 2 === 0) await upload(image)
        const [, wasRemoved] = await Promise.all([upload(image), remove(image), upload(image), remove(image)])
        if (wasRemoved) removed++
        const record = await stores.images.read(image.id)
        expect(record).toBeOneOf([undefined, expect.objectContaining({ isReady: true })])
        expect([...places]).toEqual(record ? [record.attempt] : [])
        await upload(image)
        expect(places.size, 'it can be uploaded as ever').toBe(1)
      }
      expect(removed).toBeGreaterThan(0)
    })
  })
}
