import { type PollError, pollError } from '@live-poll/client-sdk/protocol'

/** Where the bytes of pictures are. It knows keys and bytes; what they mean stands in the database. */
export interface ImageStore {
  /** The technology, as in `s3`. */
  readonly name: string
  /**
   * Puts an object in the place of whatever has its key: when it resolves it is all there, and before, nothing of it is.
   * @param key names of letters, digits, `-`, `_` and `.`, with slashes between; none begins with a dot
   * @throws PollError `STORAGE_UNAVAILABLE`
   */
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>
  /**
   * @param range its first byte and its last one; what lies behind the end is left out
   * @returns undefined when there is none of this key
   * @throws PollError `STORAGE_UNAVAILABLE`, also while its bytes are read
   */
  get(key: string, range?: ByteRange): Promise<StoredObject | undefined>
  /**
   * Removes objects; those that are not there are fine.
   * @throws PollError `STORAGE_UNAVAILABLE`: some of them may be gone
   */
  delete(keys: readonly string[]): Promise<void>
}

/** Bytes of an object, both ends included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/** Bytes of an object, as they come. */
export interface StoredObject {
  /** Of the whole object, in bytes. */
  readonly size: number
  /** Of the range. To be read, or ended by `return`: else what they come from stays open. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/** @throws Error for a key that a store may read otherwise than it is written */
export function checkKey(key: string): void {
  if (key.length > 200 || !/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(key)) throw new Error(`"${key}" is no key.`)
}

export function storageUnavailable(cause: unknown): PollError {
  return Object.assign(pollError('STORAGE_UNAVAILABLE'), { cause })
}
