import { type PollError, pollError } from '@live-poll/client-sdk/protocol'
import type { ByteRange, ImageStore, StoredObject } from '../ports/image-store.ts'
import type { Logger } from '../ports/logger.ts'
import { createNotice } from '../upkeep/notice.ts'
import { createBytesCache } from './bytes-cache.ts'

/** Bytes of pictures that many ask for, in memory. */
const mostBytes = 32 * 1024 * 1024

/** Larger ones are never in memory as a whole. */
const largestKept = 1024 * 1024

export interface LoadImage {
  /** Its bytes, where they are in memory: nobody may change them. */
  kept(objectKey: string): Uint8Array | undefined
  /**
   * @returns its bytes, which nobody may change; those of a large one are to be streamed
   * @throws PollError `STORAGE_UNAVAILABLE`
   */
  load(objectKey: string): Promise<{ readonly size: number; readonly bytes?: Uint8Array }>
  /** @throws PollError `STORAGE_UNAVAILABLE`, also while its bytes are read, which have to be read, or ended by `return` */
  stream(objectKey: string, range: ByteRange): Promise<AsyncIterable<Uint8Array>>
}

/** Hands out bytes of the store, and remembers those that were asked for last. */
export function createLoadImage(store: Pick<ImageStore, 'get'>, logger: Logger): LoadImage {
  let latest = ''
  const noticeLost = createNotice((times) =>
    logger.error(`The pictures' store lacks what it should have, ${latest} for one; asked for ${times} times.`),
  )
  const kept = createBytesCache(mostBytes)
  const large = new Map<string, number>()
  const loading = new Map<string, Promise<{ size: number; bytes?: Uint8Array }>>()

  /** It is known to be there: another node has a folder of its own, say, or somebody has emptied the bucket. */
  function lost(objectKey: string): PollError {
    latest = objectKey
    noticeLost()
    return pollError('STORAGE_UNAVAILABLE')
  }

  async function load(objectKey: string): Promise<{ size: number; bytes?: Uint8Array }> {
    const object = await store.get(objectKey)
    if (!object) throw lost(objectKey)
    const { size } = object
    if (size > largestKept) {
      await leave(object)
      if (large.size >= 10_000) large.clear()
      large.set(objectKey, size)
      return { size }
    }
    const bytes = await readAll(object)
    if (bytes.length !== size) throw lost(objectKey)
    kept.set(objectKey, bytes)
    return { size, bytes }
  }

  return {
    kept: kept.get,
    async load(objectKey) {
      const bytes = kept.get(objectKey)
      if (bytes) return { size: bytes.length, bytes }
      const size = large.get(objectKey)
      if (size !== undefined) return { size }
      let work = loading.get(objectKey)
      if (!work) {
        work = load(objectKey).finally(() => loading.delete(objectKey))
        loading.set(objectKey, work)
      }
      return work
    },
    async stream(objectKey, range) {
      const object = await store.get(objectKey, range)
      if (object) return object.bytes
      large.delete(objectKey)
      throw lost(objectKey)
    },
  }
}

async function readAll({ bytes }: StoredObject): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A generator that was never begun would not end what it reads from. */
async function leave({ bytes }: StoredObject): Promise<void> {
  for await (const _ of bytes) return
}
