import { pause } from '../upkeep/pause.ts'

interface Runs<T> {
  /** Resolves when the next run may start. */
  readonly over: Promise<unknown>
  /** What callers wait for who cannot have the current run, which began before they asked. */
  next?: Promise<T>
}

/**
 * Shares work among callers without ever handing out an answer older than the question: while a run is in
 * progress, later callers wait for the next one, which they share. At most one run a key at a time.
 *
 * @param interval milliseconds between the starts of two runs of a key, at least: so many runs a second, however many ask.
 * @default 0
 */
export function coalesce<T>(run: (key: string) => Promise<T>, interval = 0): (key: string) => Promise<T> {
  const keys = new Map<string, Runs<T>>()

  function start(key: string): Promise<T> {
    const current = run(key)
    const ended = current.then(
      () => {},
      () => {},
    )
    const over = interval > 0 ? Promise.all([ended, pause(interval)]) : ended
    const entry: Runs<T> = { over }
    keys.set(key, entry)
    // With a next run in sight the entry stays: whoever asks before it starts shares it.
    void over.then(() => {
      if (!entry.next) keys.delete(key)
    })
    return current
  }

  return (key) => {
    const entry = keys.get(key)
    if (!entry) return start(key)
    entry.next ??= entry.over.then(() => start(key))
    return entry.next
  }
}
