import type { BallotStore } from './ballot-store.ts'
import type { Erasures } from './erasures.ts'
import type { ImageRecords } from './image-records.ts'
import type { InvitationStore } from './invitation-store.ts'
import type { Logger } from './logger.ts'
import type { Outbox } from './outbox.ts'
import type { PollStore } from './poll-store.ts'
import type { VoteAudit } from './vote-audit.ts'
import type { VoteRecords } from './vote-records.ts'

/** A database adapter, not yet open. */
export interface Database {
  /** The technology, as in `embedded`. */
  readonly name: string
  /**
   * Connects, and brings the schema up where the adapter does so by itself. May be called again after it has failed.
   * @throws PollError `UNAVAILABLE` while the database does not answer; what stands in the way of a session otherwise
   */
  open(logger: Logger): Promise<OpenDatabase>
  /**
   * Makes the schema, or brings it up to this version. Safe to repeat, from several processes at once, and while nodes
   * serve votes.
   * @returns the names of the steps it has taken; none where `open` does it
   */
  migrate(): Promise<readonly string[]>
}

/** The way to the database for an adapter that keeps tables of its own beside those of polls. */
export interface SqlConnection {
  /** The family of its SQL. */
  readonly kind: 'postgres' | 'mysql'
  /** A `Kysely`: tables, indexes and constraints `live_poll_...` get the names and the schema that the host has chosen. */
  readonly db: unknown
  /**
   * Runs work on it, once. On the embedded database a transaction holds up all others: nothing slow belongs into one.
   * @throws PollError `UNAVAILABLE` when the database does not serve; what it says, else
   */
  use<T>(work: () => Promise<T>): Promise<T>
}

/** The stores of a database that is open, and how it ends. */
export interface OpenDatabase {
  readonly polls: PollStore
  readonly ballots: BallotStore
  readonly records: VoteRecords
  readonly invitations: InvitationStore
  readonly audit: VoteAudit
  readonly erasures: Erasures
  readonly images: ImageRecords
  readonly outbox: Outbox
  readonly sql: SqlConnection
  /** Whether other processes may serve from it at the same time: what they commit, nobody may tell this one. */
  readonly isShared: boolean
  /** Batches that may be in flight at once. */
  readonly lanes: number
  /** Settings under which a crash may lose what has committed, as in `fsync = off`; none: durability is full. */
  readonly unsafeSettings: readonly string[]
  /** A secret that lives beside the data, created when it is first asked for. Only where the data has a folder. */
  readonly ownSecret?: () => Promise<string>
  /** A folder for pictures beside the data. Only where the data has a folder. */
  readonly imagesFolder?: string
  /** Takes what is to be called, and waited for, after the clock was moved. Only where a test can move it. */
  readonly onClockMove?: (look: () => Promise<void>) => void
  /**
   * Remembers the id of the secret's key the first time; after that the database belongs to it.
   * @returns whether `keyId` is the one remembered
   */
  claimKey(keyId: string): Promise<boolean>
  /** Resolves if a write would succeed now. @throws what stands in the way */
  check(): Promise<void>
  /** Ends what `open` began. May be called twice. */
  close(): Promise<void>
}
