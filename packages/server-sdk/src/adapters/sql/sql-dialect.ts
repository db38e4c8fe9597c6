import type {
  ColumnDataType,
  Expression,
  InsertQueryBuilder,
  InsertResult,
  Kysely,
  RawBuilder,
  SqlBool,
  Transaction,
} from 'kysely'
import type { Ballot } from '../../domain/ballot.ts'
import type { VoteRow } from '../../domain/decide-vote.ts'
import type { VoterInPoll } from '../../ports/ballot-store.ts'
import type { Tables } from './tables.ts'

export interface BoxKey {
  readonly pollId: string
  readonly box: number
}

/** A row of the votes, as it is read. */
export interface StoredVote extends VoterInPoll, VoteRow {}

/** What decides about votes, and the clock, as they are read. */
export interface StoredRules {
  readonly id: string
  readonly plan: number
  readonly epoch: number
  readonly canChange: boolean | number
  readonly opensAt: number | string | null
  readonly closesAt: number | string | null
  readonly closedAt: number | string | null
  readonly now: number | string
}

/** What is read for a batch. */
export interface BatchRows {
  readonly rules: readonly StoredRules[]
  readonly votes: readonly StoredVote[]
}

export interface VoteToWrite extends VoterInPoll {
  readonly row: VoteRow
}

/** What a batch writes into its boxes, which it holds. Everything sorted by its key, each key once. */
export interface BatchToWrite {
  /** By (poll, voter); at least one. */
  readonly votes: readonly VoteToWrite[]
  /** By (poll, box, bucket). */
  readonly deltas: readonly TallyDelta[]
  /** Those whose version rises by one. */
  readonly boxes: readonly BoxKey[]
  /** What has happened in each of these boxes, for each of the sinks. Absent where there are none. */
  readonly events?: { readonly sinks: readonly string[]; readonly boxes: readonly BoxEvents[] }
}

/** Votes of voters who have none in their box, as far as anybody has said. */
export interface FirstVotes extends Pick<BatchToWrite, 'deltas' | 'events'> {
  /** By (poll, box), each with the plan of its poll; at least one. Events, if there are any, are in the same order. */
  readonly boxes: readonly (BoxKey & { readonly plan: number; readonly epoch: number })[]
  /** Each voter once. */
  readonly votes: readonly FirstVote[]
}

export interface FirstVote {
  readonly pollId: string
  readonly voterKey: string
  readonly voteId: string
  readonly ballot: Ballot
}

export interface BoxEvents extends BoxKey {
  readonly epoch: number
  /** As `joinHappenings` makes it. */
  readonly events: string
}

export interface InvitationUse extends VoterInPoll {
  readonly invitation: string
}

/** What a batch adds to one bucket of one box; may be negative. */
export interface TallyDelta extends BoxKey {
  readonly bucket: string
  readonly votes: number
}

/**
 * What an error of the database means for the work it ended.
 *
 * `again`: the transaction is undone, and the same work may succeed (a deadlock, a lock or a statement that took too long).
 * `lost`: the connection is gone, or going. Work that has not come to its COMMIT is undone; of a COMMIT nothing is known.
 * `unable`: the database cannot do any such work now (starting, full, read only, out of connections); nothing was done.
 * `refused`: this very work, undone. It fails each time.
 */
export type SqlFailure = 'again' | 'lost' | 'unable' | 'refused'

/** The columns of migrations: types that are not the same everywhere. */
export interface ColumnTypes {
  /** Text of at most 200 ASCII characters, compared as bytes: faster, and the same order on every server. */
  readonly id: ColumnType
  /** Text of at most 20,000 characters, whatever it holds. */
  readonly text: ColumnType
  /** A moment, in milliseconds. */
  readonly time: ColumnType
}
type ColumnType = ColumnDataType | RawBuilder<unknown>

/**
 * Where databases differ. Everything else in `adapters/sql` is the same for all.
 *
 * What drivers make of a value is the host's affair (type parsers, time zones), so nothing here relies on it: moments are
 * read as numbers (`millis`), written as text (`time`), and 64-bit counts and truth values go through `Number` and
 * `Boolean` where they are read.
 */
export interface SqlDialect {
  /** For packages that write SQL of their own; nothing here asks for it. */
  readonly kind: 'postgres' | 'mysql'

  readonly types: ColumnTypes

  /** The clock at this very moment, not at the start of the transaction; to write, to compare with, or for `millis`. */
  readonly clock: RawBuilder<Date>

  /** A moment as milliseconds since 1970, rounded down, in an integer. */
  millis(moment: Expression<Date | null>): RawBuilder<number | string | null>

  /** A moment to write or to compare with. */
  time(moment: Date): RawBuilder<Date>

  /** Whether a column holds one of these values. @param column as `live_poll_polls.id` */
  isOneOf(column: string, values: readonly string[]): RawBuilder<SqlBool>

  /**
   * What to select from for polls, as `p`, each joined with its parts, as `part`: every poll is found by its key, and its parts
   * by its id, in a plan that is kept.
   * @param pollIds each once
   * @param parts selects parts, with their `poll_id`, of the polls of which the condition says so
   */
  pollsWithParts(
    pollIds: readonly string[],
    parts: (isAsked: (column: string) => RawBuilder<SqlBool>) => RawBuilder<unknown>,
  ): RawBuilder<unknown>

  /** After a table's name: its rows are found, and locked, along its primary key, and no others are met on the way. */
  readonly alongKey: RawBuilder<unknown>

  /** Leaves out rows whose key is there already: they count as not inserted. */
  ifAbsent<T extends keyof Tables>(
    insert: InsertQueryBuilder<Tables, T, InsertResult>,
  ): InsertQueryBuilder<Tables, T, InsertResult>

  /**
   * Locks boxes one after the other, each until the transaction ends, and reads nothing else.
   * @param boxes sorted by (poll, box), as everybody locks them
   * @param wait false: boxes locked by someone else are passed over
   * @returns the boxes it has locked
   */
  lockBoxes(trx: Transaction<Tables>, boxes: readonly BoxKey[], wait: boolean): Promise<readonly BoxKey[]>

  /** @param voters each once, by (poll, voter) */
  readVotes(db: Kysely<Tables>, voters: readonly VoterInPoll[]): Promise<readonly StoredVote[]>

  /**
   * What a batch reads under its locks: rules, clock and votes, as two statements would read them. Absent where two are as
   * good as one.
   */
  readBatch?(trx: Transaction<Tables>, pollIds: readonly string[], voters: readonly VoterInPoll[]): Promise<BatchRows>

  /** `lockBoxes`, and then `readBatch`, sent together. Absent where the driver sends one statement at a time. */
  lockAndRead?(
    trx: Transaction<Tables>,
    boxes: readonly BoxKey[],
    wait: boolean,
    pollIds: readonly string[],
    voters: readonly VoterInPoll[],
  ): Promise<BatchRows & { readonly locked: readonly BoxKey[] }>

  /** Remembers who used which invitation. Rows come sorted, each invitation once, none of them used so far. */
  useInvitations(trx: Transaction<Tables>, uses: readonly InvitationUse[]): Promise<void>

  /** Inserts or replaces votes, inserts or adds to tallies, raises versions, writes events: in one statement, where that can be. */
  writeBatch(trx: Transaction<Tables>, batch: BatchToWrite): Promise<void>

  /**
   * Locks boxes, and then writes votes into them, all or none: all, if each poll is as they say it is, takes votes now, and none
   * of their voters is in its box. For one of several boxes that someone else has locked it does not wait long: then it writes
   * none. A transaction of its own. Absent where `lockAndRead` and `writeBatch` take no longer.
   * @returns whether they are written
   */
  writeFirstVotes?(db: Kysely<Tables>, votes: FirstVotes): Promise<boolean>

  /** Statements that make what that calls. */
  readonly functions?: readonly RawBuilder<unknown>[]

  /** Has what is written to the outbox compressed by what takes least time, where the database has more than one way. */
  readonly compressOutbox?: RawBuilder<unknown>

  /** `writeBatch` as the last statement of its transaction, sent with COMMIT, which fails where it does. Absent as above. */
  writeLast?(trx: Transaction<Tables>, batch: BatchToWrite): Promise<void>

  /** Inserts or adds. Rows come sorted by (poll, box, bucket) and hold each bucket once. */
  addTallies(trx: Transaction<Tables>, deltas: readonly TallyDelta[]): Promise<void>

  /** Adds one to the version of each box. */
  raiseVersions(trx: Transaction<Tables>, boxes: readonly BoxKey[]): Promise<void>

  /** First statement of a transaction, where the connection has not set its limits by itself. */
  readonly limitTransaction?: (trx: Transaction<Tables>) => Promise<void>

  /**
   * First statement of a transaction that only reads, holds nobody up, and waits for whoever takes what it has read.
   * Absent where one transaction holds up all others.
   */
  readonly limitReading?: (trx: Transaction<Tables>) => Promise<void>

  /**
   * Has the rest of a transaction read pages along a key as it lies in its index. Absent where that is so anyway.
   */
  readonly readInOrder?: (trx: Transaction<Tables>) => Promise<void>

  /** Judges what a statement or a connection has thrown. */
  classify(error: unknown): SqlFailure

  /**
   * What a migration's statement has thrown: `missing`, the table it reads is not there; `present`, what it makes is
   * there already, from a migration that was cut off where such statements cannot be undone.
   */
  judgeSchemaError(error: unknown): 'missing' | 'present' | 'other'

  /** @returns settings under which a crash may lose what has committed, as in `fsync = off` */
  readUnsafeSettings(db: Kysely<Tables>): Promise<readonly string[]>

  /** Runs work on one connection while no other node migrates; in a transaction, where that can undo a migration. */
  migrateAlone<T>(db: Kysely<Tables>, work: (db: Kysely<Tables>) => Promise<T>): Promise<T>
}
