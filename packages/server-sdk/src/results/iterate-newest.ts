/** Where an iteration gets its values from. */
export interface Sink<T> {
  /** Gives it to whoever waits for one, else keeps it in the place of an older one that nobody has taken. */
  put(value: T): void
  /** It is over, with this error where there is one. What was put is given out before. */
  end(error?: unknown): void
}

/** Whatever runs behind an iteration. @returns frees all of it, at once */
export type Feed<T> = (sink: Sink<T>) => () => void

interface Asking<T> {
  resolve(result: IteratorResult<T, undefined>): void
  reject(error: unknown): void
}

/**
 * Iterates over values that supersede each other: whoever is slow gets the newest when they ask, and one value waits for
 * them at most. No generator: one that awaits its next value cannot be ended before it comes.
 *
 * @param start called when the first value is asked for, and not for an iteration that nobody begins
 * @param signal ends it at once, as `return` does
 */
export function iterateNewest<T>(start: Feed<T>, signal?: AbortSignal): AsyncIterableIterator<T> {
  const asking: Asking<T>[] = []
  let kept: { readonly value: T } | undefined
  let failure: { readonly error: unknown } | undefined
  let stop: (() => void) | undefined
  let hasStarted = false
  let isOver = false

  const sink: Sink<T> = {
    put(value) {
      if (isOver) return
      const first = asking.shift()
      if (first) first.resolve({ value, done: false })
      else kept = { value }
    },
    end(error) {
      if (isOver) return
      const first = error === undefined ? undefined : asking.shift()
      if (first) first.reject(error)
      else if (error !== undefined) failure = { error }
      finish()
    },
  }

  function begin() {
    hasStarted = true
    if (signal?.aborted) return leave()
    signal?.addEventListener('abort', leave)
    stop = start(sink)
    if (isOver) stop()
  }

  function finish() {
    isOver = true
    signal?.removeEventListener('abort', leave)
    stop?.()
    for (const { resolve } of asking.splice(0)) resolve({ value: undefined, done: true })
  }

  function leave() {
    kept = failure = undefined
    if (!isOver) finish()
  }

  return {
    next() {
      if (kept) {
        const { value } = kept
        kept = undefined
        return Promise.resolve({ value, done: false })
      }
      if (failure) {
        const { error } = failure
        failure = undefined
        return Promise.reject(error)
      }
      if (isOver) return Promise.resolve({ value: undefined, done: true })
      return new Promise((resolve, reject) => {
        asking.push({ resolve, reject })
        if (!hasStarted) begin()
      })
    },
    return() {
      leave()
      return Promise.resolve({ value: undefined, done: true })
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
