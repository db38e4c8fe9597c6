import type { Results } from '@live-poll/client-sdk/protocol'
import type { ResultsBus } from '../../ports/results-bus.ts'

/** The bus of a single process. */
export function createMemoryBus(): ResultsBus {
  const listeners = new Set<(results: Results) => void>()
  return {
    publish(results) {
      for (const listener of listeners) listener(results)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
