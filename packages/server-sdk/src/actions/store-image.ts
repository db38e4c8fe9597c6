import { randomBytes } from 'node:crypto'
import { pollError, type StoredImage } from '@live-poll/client-sdk/protocol'
import type { ImageId } from '../identity/image-id.ts'
import type { ImageKeys } from '../identity/image-keys.ts'
import { reach } from '../ports/failpoints.ts'
import { contentTypes, objectKey, objectKeysOf } from '../ports/image-objects.ts'
import type { ImageRecord, ImageRecords } from '../ports/image-records.ts'
import type { ImageStore } from '../ports/image-store.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { EncodedPicture, PictureCodec } from '../ports/picture-codec.ts'

/** @param owner the organizer, as the host names them; null: the host's own code, or the admin key */
export type StoreImage = (bytes: Uint8Array, owner: string | null) => Promise<StoredImage>

export interface StoreImageParts {
  readonly records: Pick<ImageRecords, 'read' | 'begin' | 'finish' | 'usage'>
  readonly store: Pick<ImageStore, 'put' | 'delete'>
  /** Bounded: each picture takes a core. */
  readonly encode: PictureCodec['encode']
  readonly imageId: ImageId
  readonly imageKeys: Pick<ImageKeys, 'sign'>
  /** Of one upload, in bytes. */
  readonly maxBytes: number
  /** Of all that is kept of one owner's pictures, in bytes. Two uploads at once may pass it by one. */
  readonly quota: number
  readonly metrics: Pick<Metrics, 'count'>
}

/** How often an upload begins anew whose picture is removed meanwhile, again and again. */
const mostTries = 5

/**
 * Keeps a picture: the same one of the same owner once, however often it is uploaded, and on however many nodes at once.
 * Nobody sees it before all of its bytes are stored, and a poll shows it.
 *
 * @throws PollError `TOO_LARGE` for the bytes, or the owner's quota; what the codec says of them; `BUSY`;
 * `STORAGE_UNAVAILABLE`: a sweep removes what was stored of it
 */
export function createStoreImage(parts: StoreImageParts): StoreImage {
  const { records, store, imageId, imageKeys, quota, metrics } = parts
  /** By id: in one process, one piece of work for all who upload the same. */
  const running = new Map<string, Promise<ImageRecord>>()

  async function keep(id: string, owner: string | null, bytes: Uint8Array): Promise<ImageRecord> {
    const known = await records.read(id)
    if (known?.isReady) {
      // Should it be removed at this moment, it begins anew at a place of its own: the old one is being emptied.
      const used = await records.begin({ ...known, owner, attempt: newAttempt() })
      if (used.isReady) return used
    }
    await checkQuota(owner, known?.bytes ?? 0, 1) // before it costs anything
    const encoded = await parts.encode(bytes)
    await checkQuota(owner, known?.bytes ?? 0, bytesOf(encoded))
    for (let tries = 0; tries < mostTries; tries++) {
      const { width, height, placeholder } = encoded
      const begun = await records.begin({
        id,
        owner,
        attempt: newAttempt(),
        width,
        height,
        placeholder,
        bytes: bytesOf(encoded),
      })
      FAILPOINT: reach('afterImagePending')
      if (begun.isReady) return begun
      for (const { width, format, bytes } of encoded.variants) {
        await store.put(objectKey(begun, width, format), bytes, contentTypes[format])
        FAILPOINT: reach('afterImageBytes')
      }
      FAILPOINT: reach('beforeImageReady')
      if (await records.finish(id, begun.attempt)) {
        metrics.count('live_poll_images_stored_total')
        return begun
      }
      // It was removed meanwhile, by who has not seen the objects that came last.
      await store.delete(objectKeysOf(begun))
    }
    throw pollError('BUSY', { retryAfter: 1000 })
  }

  /** @param own what of the usage is this picture's: begun before, and never ended */
  async function checkQuota(owner: string | null, own: number, more: number): Promise<void> {
    const { bytes } = await records.usage(owner)
    if (bytes - own + more <= quota) return
    const message = `You have as many pictures as you may have, ${quota} bytes: delete some that no poll shows.`
    throw pollError('TOO_LARGE', {}, message)
  }

  return async (bytes, owner) => {
    if (bytes.length > parts.maxBytes) throw pollError('TOO_LARGE', {}, `Send at most ${parts.maxBytes} bytes.`)
    const id = imageId(owner, bytes)
    let work = running.get(id)
    if (!work) {
      work = keep(id, owner, bytes).finally(() => running.delete(id))
      running.set(id, work)
    }
    const { width, height, placeholder } = await work
    return { id, width, height, placeholder, key: imageKeys.sign(id) }
  }
}

function newAttempt(): string {
  return randomBytes(9).toString('hex')
}

function bytesOf({ variants }: EncodedPicture): number {
  return variants.reduce((sum, { bytes }) => sum + bytes.length, 0)
}
