import type { ImageStore } from '../ports/image-store.ts'
import type { Logger } from '../ports/logger.ts'
import { createNotice } from './notice.ts'

/** The same store, whose failures the log is told of: at once, and then once a minute. */
export function watchStore(store: ImageStore, logger: Logger): ImageStore {
  let latest: unknown
  const notice = createNotice((times) =>
    logger.warn(`The pictures' store (${store.name}) failed ${times} times.`, latest),
  )

  function failed(error: unknown): never {
    latest = error
    notice()
    throw error
  }

  async function* watched(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      yield* bytes
    } catch (error) {
      failed(error)
    }
  }

  return {
    name: store.name,
    put: (key, bytes, contentType) => store.put(key, bytes, contentType).catch(failed),
    async get(key, range) {
      const object = await store.get(key, range).catch(failed)
      return object && { size: object.size, bytes: watched(object.bytes) }
    },
    delete: (keys) => store.delete(keys).catch(failed),
  }
}
