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

/** How far a poll has come. */
export interface PollProgress {
  readonly epoch: number
  readonly version: number
}

/**
 * Carries news of polls between nodes, and keeps the newest snapshot of each for a day. May lose, repeat, reorder and
 * forget: snapshots are absolute and versioned, and whoever listens drops what is not newer. Only the database knows.
 */
export interface ResultsBus {
  /**
   * Tells this node's listeners at once, and the other nodes that follow the poll soon. A snapshot that is not newer than
   * the one kept (`isNewerSnapshot`) is not told to them; a deletion takes what is kept away. Of news that come faster than
   * they can be sent, the newest of a poll is sent.
   */
  publish(news: PollNews): void
  /** Hears what this node publishes, and what others do of the polls that it follows. @returns unsubscribe */
  subscribe(listener: (news: PollNews) => void): () => void
  /** From soon on, `onGap` tells when, the poll's news come from other nodes. Repeated, it changes nothing. */
  follow(pollId: string): void
  unfollow(pollId: string): void
  /** Whether any node follows the poll, as far as is known: yes, unless nobody did when this node last published it. */
  isFollowed(pollId: string): boolean
  /** Tells that a poll is followed newly, by this node or another one. @returns stops it */
  onFollow(listener: (pollId: string) => void): () => void
  /** The newest snapshot that any node has published; undefined where none is kept, or nobody answers. */
  newest(pollId: string): Promise<PollSnapshot | undefined>
  /**
   * Tells when a later version or epoch is kept than this node has just published: another node was quicker, or the
   * database has gone back. @returns stops it
   */
  onBehind(listener: (pollId: string, kept: PollProgress) => void): () => void
  /**
   * Tells that news of these polls come from here on, and that some may have been missed until now: they are followed
   * newly, or the connection was lost. @returns stops it
   */
  onGap(listener: (pollIds: readonly string[]) => void): () => void
}
