import type { Results } from '@live-poll/client-sdk/protocol'

/**
 * Carries results between nodes. May lose, repeat and reorder: results are absolute and versioned, and whoever
 * listens drops what is not newer. Delivers to the publishing node as well.
 */
export interface ResultsBus {
  publish(results: Results): void
  /** @returns unsubscribe */
  subscribe(listener: (results: Results) => void): () => void
}
