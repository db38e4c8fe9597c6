import type { Kysely, RawBuilder, Transaction } from 'kysely'
import type { VoteRow } from '../../domain/decide-vote.ts'
import type { Tables } from './tables.ts'

export interface BoxKey {
  readonly pollId: string
  readonly box: number
}

export interface VoterInPoll {
  readonly pollId: string
  readonly voterKey: string
}

export interface VoteToWrite extends VoterInPoll, VoteRow {}

/** What a batch adds to one bucket of one box; may be negative. */
export interface TallyDelta extends BoxKey {
  readonly bucket: string
  readonly votes: number
}

/** Where databases differ. Everything else in `adapters/sql` is the same for all. */
export interface SqlDialect {
  /** The clock at this very moment, not at the start of the transaction. */
  readonly clock: RawBuilder<Date>

  /**
   * Locks boxes in the order of (poll, box), each until the transaction ends, and reads nothing else.
   * @param wait false: boxes locked by someone else are passed over
   * @returns the boxes it has locked
   */
  lockBoxes(trx: Transaction<Tables>, boxes: readonly BoxKey[], wait: boolean): Promise<readonly BoxKey[]>

  readVotes(db: Kysely<Tables>, voters: readonly VoterInPoll[]): Promise<readonly VoteToWrite[]>

  /** Inserts or replaces. Rows come sorted by (poll, voter) and hold each voter once. */
  writeVotes(trx: Transaction<Tables>, votes: readonly VoteToWrite[]): Promise<void>

  /** Inserts or adds. Rows come sorted by (poll, box, bucket) and hold each bucket once. */
  addTallies(trx: Transaction<Tables>, deltas: readonly TallyDelta[]): Promise<void>

  /** Adds one to the version of each box. */
  raiseVersions(trx: Transaction<Tables>, boxes: readonly BoxKey[]): Promise<void>
}
