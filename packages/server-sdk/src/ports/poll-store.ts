import type { EditDecision } from '../domain/decide-edit.ts'
import type { PollRecord } from '../domain/poll.ts'
import type { CheckedEdit } from '../domain/poll-edit.ts'
import type { NewPoll } from '../domain/poll-input.ts'
import type { PollVersion } from '../domain/poll-version.ts'

/** A poll about to be written. */
export interface PollToInsert extends NewPoll {
  readonly id: string
  readonly salt: string
  readonly owner: string | null
}

/** Makes one request's work happen once, however often the request arrives within its life. */
export interface Idempotency {
  /** Already scoped to who sent it. */
  readonly key: string
  readonly bodyHash: string
  /** Milliseconds. */
  readonly life: number
}

export type InsertOutcome =
  | { readonly kind: 'inserted' }
  /** The same request was answered before, with this poll. */
  | { readonly kind: 'repeated'; readonly pollId: string }
  /** The key came before with another body. */
  | { readonly kind: 'key-reused' }
  /** It shows a picture that its owner does not have. Nothing is written, and the key is free. */
  | Extract<EditDecision, { kind: 'refused' }>

export type TransitionOutcome = 'changed' | 'unchanged' | 'not-found' | 'refused'

export type EditOutcome =
  | { readonly kind: 'changed' }
  /** Everything is as it was asked for already. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'not-found' }
  | Extract<EditDecision, { kind: 'refused' }>

export interface PollList {
  readonly records: readonly PollRecord[]
  /** Pass as `after` for the next page; null on the last. */
  readonly next: string | null
}

/** What was shown of a poll, as far as the database must not fall behind it. */
export type ShownVersion = Pick<PollVersion, 'epoch' | 'version' | 'edition'>

/** Polls, their rules and their counts. */
export interface PollStore {
  /**
   * Writes poll, choices, box and idempotency key in one transaction. Its pictures count as used from then on: they are
   * ready, and the owner's of the poll; a poll that is nobody's may show any.
   */
  insert(poll: PollToInsert, idempotency?: Idempotency): Promise<InsertOutcome>

  /**
   * Reads poll, choices, boxes and tallies in ONE statement outside any vote's transaction: such readings are
   * totally ordered, and an equal version means equal counts.
   */
  read(pollId: string): Promise<PollRecord | undefined>

  /** As `read`, all of them in one statement. @returns in the order asked for; undefined: there is no such poll */
  readMany(pollIds: readonly string[]): Promise<readonly (PollRecord | undefined)[]>

  /**
   * What tells whether a screen of these polls is out of date: one statement for 500 of them. Polls that are not there are
   * left out. Totally ordered with what `read` reads.
   */
  versions(pollIds: readonly string[]): Promise<readonly PollVersion[]>

  /** Newest first. `after` is a `next` of an earlier page; one that is not is answered with undefined. */
  list(page: { readonly after?: string; readonly limit: number }): Promise<PollList | undefined>

  /**
   * Opens a scheduled poll now, under the locks of all its boxes. Repeated, it changes nothing.
   * `refused`: it is closed, or its closing time has come.
   */
  open(pollId: string): Promise<TransitionOutcome>

  /**
   * Closes a poll under the locks of all its boxes: every vote accepted before is in the result, none comes after.
   * Its `closedAt` is `closesAt` if that has come, else now. Repeated, it changes nothing.
   *
   * @param when `due`: only if its closing time has come by the database's clock
   */
  close(pollId: string, when: 'now' | 'due'): Promise<TransitionOutcome>

  /**
   * Decides an edit (`decideEdit`) and writes it, under the locks of all the poll's boxes. A poll that is due is closed
   * first, as of its closing time, also when the edit is then refused or changes nothing. Raises plan and a version, and
   * the edition unless only the number of boxes changes, which no screen shows. Pictures that it begins to show as
   * `insert` says; those that it ceases to show count as used until now. Repeated, it changes nothing.
   */
  edit(pollId: string, edit: CheckedEdit): Promise<EditOutcome>

  /**
   * Empties the boxes of an epoch and begins the next: votes and tallies go, `closedAt` goes, and so does a closing time
   * that has come. Under the locks of all boxes. Raises plan and a version, which goes on from the epoch before. An epoch
   * that is over already: `unchanged`; one that has not begun: `refused`.
   */
  reset(pollId: string, epoch: number): Promise<TransitionOutcome>

  /**
   * Removes a poll and everything of it but its pictures, which count as used until now, under the locks of all its boxes.
   * Idempotency keys that stand for it stay: a late
   * repeat of the request that made it must not make another.
   *
   * @returns whether it was there
   */
  delete(pollId: string): Promise<boolean>

  /** Remembers that enough have voted in this epoch. Repeated, or in another epoch, it changes nothing. */
  reveal(pollId: string, epoch: number): Promise<void>

  /**
   * Puts a poll above a version that was shown of it and that it does not come up to any more, so that no screen drops its
   * counts: for a database that was restored from a backup. Its counts and rules stay. Under the locks of all its boxes
   * box 0's version is raised until the sum exceeds what was shown; only where that was of a later epoch does the epoch go
   * one above it. The plan rises above every plan of what was lost, the edition above the one shown. Repeated, or from
   * several nodes at once, it changes nothing; nor where the poll is above it already, or gone.
   *
   * @returns whether it has raised anything
   */
  surpass(pollId: string, shown: ShownVersion): Promise<boolean>

  /**
   * Removes up to so many idempotency keys whose life is over by the database's clock. May run on several nodes at once:
   * each row is removed by one of them, and none waits for another.
   *
   * @returns how many it has removed
   */
  forgetRequests(most: number): Promise<number>

  /**
   * Polls not closed whose closing time has come, and those whose opening time came after `since`.
   * @param since the `now` of the look before, by the database's clock
   */
  turnedSince(since: Date | undefined): Promise<{ readonly pollIds: readonly string[]; readonly now: Date }>
}
