import { pollError } from '@live-poll/client-sdk/protocol'
import { widthToShow } from '../domain/picture.ts'
import { isImageId } from '../domain/poll-images.ts'
import type { ImageKeys } from '../identity/image-keys.ts'
import { contentTypes, objectKey } from '../ports/image-objects.ts'
import type { ImageRecord, ImageRecords } from '../ports/image-records.ts'
import type { PictureFormat } from '../ports/picture-codec.ts'

export interface AskedImage {
  readonly id: string
  /** In pixels; undefined: the widest. */
  readonly width: number | undefined
  readonly format: PictureFormat
  /** A proof that it may be seen, for one that no public poll shows. */
  readonly key: string | null
}

export interface FoundImage {
  /** Where its bytes are: they never change. */
  readonly objectKey: string
  readonly etag: string
  readonly contentType: string
  readonly isPublic: boolean
}

export interface ReadImage {
  /** One that was found some seconds ago. Undefined: `find` it. */
  remembered(asked: AskedImage): FoundImage | undefined
  /** @throws PollError `NOT_FOUND`, the same for what is not there and what may not be seen */
  find(asked: AskedImage): Promise<FoundImage>
  /** Forgets what is known of a picture: it may be gone. */
  drop(id: string): void
}

/** Milliseconds for which a picture that was there is believed to be. */
const freshness = 5000

/** Pictures of which something is known. */
const mostKnown = 10_000

/** @param now milliseconds */
export function createReadImage(
  records: Pick<ImageRecords, 'read'>,
  imageKeys: Pick<ImageKeys, 'verify'>,
  now: () => number = Date.now,
): ReadImage {
  const known = new Map<string, KnownImage>()
  const reading = new Map<string, Promise<ImageRecord | undefined>>()

  /** A crowd that asks for one picture is one reading. */
  function readOnce(id: string): Promise<ImageRecord | undefined> {
    let work = reading.get(id)
    if (!work) {
      work = records.read(id).finally(() => reading.delete(id))
      reading.set(id, work)
    }
    return work
  }

  const mayShow = ({ id, isReady, isPublic }: ImageRecord, key: string | null) =>
    isReady && (isPublic || (key !== null && imageKeys.verify(id, key)))

  return {
    remembered(asked) {
      const image = known.get(asked.id)
      // Only what lets somebody see it is believed: a poll may have begun to show it just now.
      const isGood = image !== undefined && image.until > now() && mayShow(image.record, asked.key)
      return isGood ? variantOf(image, asked) : undefined
    },
    async find(asked) {
      const { id, key } = asked
      const record = isImageId(id) ? await readOnce(id) : undefined
      if (!record || !mayShow(record, key)) throw pollError('NOT_FOUND')
      if (known.size >= mostKnown) known.clear()
      const image = { record, until: now() + freshness, variants: new Map() }
      known.set(id, image)
      return variantOf(image, asked)
    },
    drop: (id) => void known.delete(id),
  }
}

interface KnownImage {
  readonly record: ImageRecord
  readonly until: number
  readonly variants: Map<string, FoundImage>
}

function variantOf({ record, variants }: KnownImage, { width: asked, format }: AskedImage): FoundImage {
  const width = widthToShow(record.width, asked)
  const name = `${width}-${format}`
  let found = variants.get(name)
  if (!found) {
    found = {
      objectKey: objectKey(record, width, format),
      etag: `"${record.attempt}-${name}"`,
      contentType: contentTypes[format],
      isPublic: record.isPublic,
    }
    variants.set(name, found)
  }
  return found
}
