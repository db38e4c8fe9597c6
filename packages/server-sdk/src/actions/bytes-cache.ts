/** Bytes by name, at most so many of them: what was asked for lately stays. */
export interface BytesCache {
  get(name: string): Uint8Array | undefined
  set(name: string, bytes: Uint8Array): void
}

/**
 * In two halves: the young one takes what is set, or asked for and old. When it is full it becomes the old one, and what
 * was old still is forgotten. To ask for what is young changes nothing, and so costs next to nothing.
 */
export function createBytesCache(mostBytes: number): BytesCache {
  const half = mostBytes / 2
  let young = new Map<string, Uint8Array>()
  let old = new Map<string, Uint8Array>()
  let length = 0 // of the young half

  function set(name: string, bytes: Uint8Array) {
    const before = young.get(name)?.length ?? 0
    if (length - before + bytes.length > half) {
      old = young
      young = new Map()
      length = 0
    } else length -= before
    if (bytes.length > half) return
    young.set(name, bytes)
    length += bytes.length
  }

  return {
    get(name) {
      const bytes = young.get(name)
      if (bytes) return bytes
      const found = old.get(name)
      if (found) set(name, found)
      return found
    },
    set,
  }
}
