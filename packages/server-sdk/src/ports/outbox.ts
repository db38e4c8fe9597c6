import type { Happenings } from '../domain/poll-event.ts'

/** In place of a box: all of a poll's. */
export const wholePoll = -1

/** A box, or a poll, whose events one node at a time delivers to one sink. */
export interface Lane {
  readonly pollId: string
  /** Or `wholePoll`. */
  readonly box: number
}

/** What one commit has changed of one box. */
export type OutboxRow = Happenings

/** A lane with events that are not delivered. */
export interface PendingLane extends Lane {
  /** Milliseconds since the first of them was written. */
  readonly age: number
}

export interface ClaimedLane extends Lane {
  /** Attempts that have failed since its events were last taken. */
  readonly failures: number
}

/** A row that was given up. */
export interface DeadRow extends OutboxRow {
  readonly sink: string
  readonly diedAt: Date
  /** Why it was not taken at last, in words. */
  readonly reason: string
}

/** Where a list of dead rows goes on. */
export type DeadKey = Pick<DeadRow, 'sink' | 'pollId' | 'box' | 'epoch' | 'seq'>

/** Events that were written with what they tell of, and wait for their sinks: a row for each of these. */
export interface Outbox {
  /** From now on, whatever this process commits leaves its events for these sinks. */
  keepFor(sinks: readonly string[]): void

  /**
   * Lanes with events, in one order.
   * @param order whether lanes are boxes or polls
   * @param after a lane; undefined: from the first
   */
  pending(sink: string, order: 'box' | 'poll', after: Lane | undefined, most: number): Promise<readonly PendingLane[]>

  /**
   * Takes lanes for a while, those that nobody has and whose pause is over.
   * @param claimant unlike that of any other node
   * @param life milliseconds after which others may take what was not released
   */
  claim(sink: string, lanes: readonly Lane[], claimant: string, life: number): Promise<readonly ClaimedLane[]>

  /** Keeps all that a claimant has for another while. */
  renew(sink: string, claimant: string, life: number): Promise<void>

  /**
   * The oldest rows of a lane: those of each box in their order, those of several boxes by when they were written. What was
   * committed before another began is had before it, or with it.
   */
  read(sink: string, lane: Lane, most: number): Promise<readonly OutboxRow[]>

  /** Removes rows that were delivered. @param rows as they were read, all of them */
  remove(sink: string, rows: readonly OutboxRow[]): Promise<void>

  release(sink: string, lane: Lane, claimant: string): Promise<void>

  /** Releases a lane that nobody takes before a pause is over. @param pause milliseconds */
  postpone(sink: string, lane: Lane, claimant: string, pause: number): Promise<void>

  /** Puts aside rows that are given up. @param rows as they were read, from the first one on */
  bury(sink: string, rows: readonly OutboxRow[], reason: string): Promise<void>

  /** Dead rows in one order. @param after undefined: from the first */
  dead(after: DeadKey | undefined, most: number): Promise<readonly DeadRow[]>

  /** Has dead rows delivered again. @returns whether each was there */
  revive(rows: readonly DeadKey[]): Promise<readonly boolean[]>
}
