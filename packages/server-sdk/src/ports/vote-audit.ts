import type { AuditEntry } from '@live-poll/client-sdk/protocol'
import type { VoteFilter } from '../domain/void-input.ts'

/** Votes to take out. */
export interface VoidRequest {
  /** Of the audit's entry, never used before: it tells a COMMIT that was carried out from one that was not. */
  readonly id: string
  readonly filter: VoteFilter
  readonly reason: string
  /** The organizer, as the host names them; null: the host's own code. */
  readonly actor: string | null
  /** Only counts what fits, and locks nothing. */
  readonly isDryRun: boolean
}

/** Votes that are taken out, and what is written down of it. */
export interface VoteAudit {
  /**
   * Takes out all ballots of a poll that fit, whether it is open or closed: in ONE transaction, under the locks of all its
   * boxes, so no vote is decided meanwhile. Rows, tallies, a version and the audit's entry are written together. A voided
   * row keeps what was chosen, its revision and its vote id; its ballot counts no more, but as one that was voided.
   * Where nothing fits, nothing is written: repeated, it finds nothing.
   *
   * @returns how many ballots; undefined when there is no such poll
   */
  voidVotes(pollId: string, request: VoidRequest): Promise<number | undefined>

  /** The poll's newest entries, at most 1,000, newest first. */
  read(pollId: string): Promise<readonly AuditEntry[]>
}
