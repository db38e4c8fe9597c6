import type { Results } from '@live-poll/client-sdk/protocol'
import type { Visibility } from '../domain/visibility.ts'

/** A poll's counts at one version, and who may see them. */
export interface PollSnapshot {
  readonly kind: 'snapshot'
  readonly pollId: string
  readonly results: Results
  readonly visibility: Visibility
}

export interface PollDeleted {
  readonly kind: 'deleted'
  readonly pollId: string
}

export type PollNews = PollSnapshot | PollDeleted

/**
 * Carries news of polls between nodes. May lose, repeat and reorder: snapshots are absolute and versioned, and whoever
 * listens drops what is not newer. Delivers to the publishing node as well.
 */
export interface ResultsBus {
  publish(news: PollNews): void
  /** @returns unsubscribe */
  subscribe(listener: (news: PollNews) => void): () => void
}
