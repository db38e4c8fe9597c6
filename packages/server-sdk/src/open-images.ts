import { type PollError, pollError, type StoredImage } from '@live-poll/client-sdk/protocol'
import { createDeleteImage } from './actions/delete-image.ts'
import { encodeInTurns } from './actions/encode-in-turns.ts'
import { createLoadImage } from './actions/load-image.ts'
import { createReadImage } from './actions/read-image.ts'
import { createRemoveImages, type RemoveImages, removeUnused } from './actions/remove-images.ts'
import { createStoreImage } from './actions/store-image.ts'
import type { ServedImages } from './http/image-routes.ts'
import { createImageId } from './identity/image-id.ts'
import type { ImageKeys } from './identity/image-keys.ts'
import type { Keys } from './identity/keys.ts'
import type { OpenDatabase } from './ports/database.ts'
import type { ImageStore } from './ports/image-store.ts'
import type { Logger } from './ports/logger.ts'
import type { Metrics } from './ports/metrics.ts'
import type { PictureCodec } from './ports/picture-codec.ts'
import type { resolveOptions } from './resolve-options.ts'
import { startSweepingImages } from './upkeep/sweep-images.ts'
import { watchStore } from './upkeep/watch-store.ts'

export interface Images {
  /** @throws PollError `NOT_FOUND` where the host keeps no pictures, which says why */
  served(): ServedImages
  readonly storeImage: (bytes: Uint8Array, owner: string | null) => Promise<StoredImage>
  readonly deleteImage: (id: string, owner: string | null) => Promise<void>
  readonly removeImages: RemoveImages
  /** No sweep begins any more. */
  stop(): void
}

interface Parts {
  readonly options: ReturnType<typeof resolveOptions>['images']
  readonly database: Pick<OpenDatabase, 'images' | 'imagesFolder'>
  readonly keys: Pick<Keys, 'imageIds'>
  readonly imageKeys: ImageKeys
  readonly metrics: Metrics
  readonly logger: Logger
}

/** All that is done with pictures, where the host keeps any. */
export async function openImages(parts: Parts): Promise<Images> {
  const { options, database, keys, imageKeys, metrics, logger } = parts
  if (options === false) return withoutImages(turnedOff)
  const chosen = options.store ?? (await storeBeside(database))
  if (!chosen) return withoutImages(noPlace)
  const { images: records } = database
  const { redirect, maxBytes, quota } = options
  const store = watchStore(chosen, logger)
  const readImage = createReadImage(records, imageKeys)
  const served: ServedImages = {
    storeImage: createStoreImage({
      ...{ records, store, imageKeys, metrics, maxBytes, quota },
      imageId: createImageId(keys.imageIds),
      encode: encodeInTurns(loadCodec(logger)),
    }),
    deleteImage: createDeleteImage(records, store, logger, readImage.drop),
    readImage,
    loadImage: createLoadImage(store, logger),
    ...{ maxBytes, redirect },
  }
  const stop = startSweepingImages(
    records,
    async (ids, ages) => {
      const removed = await removeUnused(records, store, ids, ages, readImage.drop)
      metrics.count('live_poll_images_swept_total', removed)
      return removed
    },
    logger,
  )
  return {
    ...{ storeImage: served.storeImage, deleteImage: served.deleteImage, stop },
    served: () => served,
    removeImages: createRemoveImages(records, store, logger, readImage.drop),
  }
}

async function storeBeside({ imagesFolder }: Parts['database']): Promise<ImageStore | undefined> {
  if (imagesFolder === undefined) return undefined
  return (await import('./adapters/files/files.ts')).files({ directory: imagesFolder })
}

/** Loaded with the first picture: where there are none, nobody needs the packages. */
function loadCodec(logger: Logger): PictureCodec['encode'] {
  let loading: Promise<PictureCodec> | undefined
  return async (bytes) => {
    loading ??= import('./adapters/sharp/picture-codec.ts').then(({ createPictureCodec }) => createPictureCodec())
    const codec = await loading.catch((error: Error) => {
      loading = undefined // it may be installed meanwhile
      logger.error('No picture can be taken.', error)
      throw noImages(error.message)
    })
    return codec.encode(bytes)
  }
}

const turnedOff = 'This server takes no pictures: the option "images" of createLivePoll is false.'
const noPlace =
  'This server has no place for pictures: name one in the option "images" of createLivePoll, files({ directory }) or s3({ client, bucket }).'

function withoutImages(reason: string): Images {
  const refuse = (): never => {
    throw noImages(reason)
  }
  return {
    served: refuse,
    storeImage: async () => refuse(),
    deleteImage: async () => refuse(),
    removeImages: async () => {},
    stop() {},
  }
}

function noImages(reason: string): PollError {
  return pollError('NOT_FOUND', {}, reason)
}
