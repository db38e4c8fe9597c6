import type { PollNews, ResultsBus } from '../../ports/results-bus.ts'

/** The bus of a single process. */
export function createMemoryBus(): ResultsBus {
  const listeners = new Set<(news: PollNews) => void>()
  return {
    publish(news) {
      for (const listener of listeners) listener(news)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
