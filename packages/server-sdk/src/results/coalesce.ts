interface Runs<T> {
  readonly current: Promise<T>
  /** What callers during the current run wait for. */
  next?: Promise<T>
}

/**
 * Shares work among callers without ever handing out an answer older than the question: while a run is in
 * progress, later callers wait for the next one, which they share. At most one run a key at a time.
 */
export function coalesce<T>(run: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const keys = new Map<string, Runs<T>>()

  function start(key: string): Promise<T> {
    const current = run(key)
    const entry: Runs<T> = { current }
    keys.set(key, entry)
    // With a next run in sight the entry stays: whoever asks before it starts shares it.
    const end = () => {
      if (!entry.next) keys.delete(key)
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
