import { expect, it } from 'vitest'
import { createMemoryMetrics } from '../adapters/memory/metrics.ts'
import type { ImageRecord } from '../ports/image-records.ts'
import { createStoreImage } from './store-image.ts'

const ready: ImageRecord = {
  ...{ id: 'i_1', owner: null, attempt: 'old', width: 320, height: 240, placeholder: '', bytes: 1 },
  ...{ isReady: true, isPublic: true },
}

function create(records: Partial<Parameters<typeof createStoreImage>[0]['records']>) {
  const put: string[] = []
  const storeImage = createStoreImage({
    records: {
      read: async () => undefined,
      begin: async (image) => ({ ...image, isReady: false, isPublic: false }),
      finish: async () => true,
      usage: async () => ({ bytes: 0, images: 0 }),
      ...records,
    },
    store: { put: async (key) => void put.push(key), delete: async () => {} },
    encode: async () => ({
      ...{ width: 320, height: 240, placeholder: '' },
      variants: [{ width: 320, format: 'webp', bytes: new Uint8Array(10) }],
    }),
    imageId: () => 'i_1',
    imageKeys: { sign: () => 'key' },
    ...{ maxBytes: 100, quota: 1000, metrics: createMemoryMetrics() },
  })
  return { storeImage, put }
}

it('keeps one that is removed as it is uploaded again at another place, for the owner of now', async () => {
  const begun: { owner: string | null; attempt: string }[] = []
  const { storeImage, put } = create({
    read: async () => ready,
    async begin(image) {
      begun.push(image)
      return { ...image, isReady: false, isPublic: false } // it was being removed
    },
  })
  expect(await storeImage(new Uint8Array(3), 'ada')).toEqual({ ...dimensions, id: 'i_1', placeholder: '', key: 'key' })
  expect(begun.map(({ owner }) => owner)).toEqual(['ada', 'ada'])
  expect(begun.map(({ attempt }) => attempt)).not.toContain('old')
  expect(put.join()).not.toContain('old')
})

const dimensions = { width: 320, height: 240 }

it('stores nothing anew of one that is there', async () => {
  const { storeImage, put } = create({ read: async () => ready, begin: async () => ready })
  await storeImage(new Uint8Array(3), null)
  expect(put).toEqual([])
})

it('takes no more of an owner than the quota, and says what to do', async () => {
  const { storeImage, put } = create({ usage: async () => ({ bytes: 995, images: 3 }) })
  await expect(storeImage(new Uint8Array(3), 'ada')).rejects.toMatchObject({ code: 'TOO_LARGE' })
  expect(put).toEqual([])
})
