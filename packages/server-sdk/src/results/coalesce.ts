/**
 * Shares work among callers without ever handing out an answer older than the question: while a run is in
 * progress, later callers wait for the next one, which they share. At most one run a key at a time.
 */
export function coalesce<T>(run: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const keys = new Map<string, { current: Promise<T>; next: Promise<T> | undefined }>()

  function start(key: string): Promise<T> {
    const current = run(key)
    const entry = { current, next: undefined }
    keys.set(key, entry)
    const end = () => {
      if (keys.get(key) === entry) keys.delete(key)
    }
    current.then(end, end)
    return current
  }

  return (key) => {
    const entry = keys.get(key)
    if (!entry) return start(key)
    if (!entry.next) {
      const startNext = () => start(key)
      entry.next = entry.current.then(startNext, startNext)
    }
    return entry.next
  }
}
