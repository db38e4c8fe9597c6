import type { Ballot } from '../../domain/ballot.ts'
import { chooseIncrements } from '../../domain/counting/choose.ts'
import type { InvitationRow, VoteRow } from '../../domain/decide-vote.ts'
import type { PreparedVote, VoterInPoll } from '../../ports/ballot-store.ts'
import type { BoxKey, InvitationUse, TallyDelta, VoteToWrite } from './sql-dialect.ts'

/** A row that a batch writes, and what it replaces. */
export interface WrittenVote extends VoteToWrite {
  /** As the batch has read it; undefined: there was none. */
  readonly before: VoteRow | undefined
  readonly epoch: number
}

/** What a batch has changed so far: later votes of the batch see the rows of earlier ones. */
export class BatchChanges {
  readonly #rows: Map<string, VoteRow>
  readonly #invitations: Map<string, InvitationRow>
  readonly #uses = new Map<string, InvitationUse>()
  readonly #written = new Map<string, WrittenVote>()
  readonly #deltas = new Map<string, TallyDelta>()
  readonly #boxes = new Map<string, BoxKey>()

  constructor(rows: Map<string, VoteRow>, invitations: Map<string, InvitationRow>) {
    this.#rows = rows
    this.#invitations = invitations
  }

  get size(): number {
    return this.#written.size
  }

  rowOf(vote: PreparedVote): VoteRow | undefined {
    return this.#rows.get(voterName(vote))
  }

  /** The invitation that a vote needs, if there is one. */
  invitationOf({ invitation }: PreparedVote): InvitationRow | undefined {
    return invitation === undefined ? undefined : this.#invitations.get(invitation)
  }

  /** What the batch has written for the voter of a vote. */
  writtenFor(vote: PreparedVote): WrittenVote | undefined {
    return this.#written.get(voterName(vote))
  }

  accept(vote: PreparedVote, row: VoteRow, epoch: number) {
    const name = voterName(vote)
    const { pollId, voterKey, box } = vote
    const before = this.#written.has(name) ? this.#written.get(name)?.before : this.#rows.get(name)
    this.#count(vote, this.#rows.get(name)?.ballot ?? null, -1)
    this.#count(vote, row.ballot, +1)
    this.#rows.set(name, row)
    this.#written.set(name, { pollId, voterKey, ...row, before, epoch })
    this.#boxes.set(boxName(vote), { pollId, box })
    this.#use(vote)
  }

  #use({ invitation, pollId, voterKey }: PreparedVote) {
    const row = invitation === undefined ? undefined : this.#invitations.get(invitation)
    if (invitation === undefined || !row || row.usedBy !== null) return
    this.#invitations.set(invitation, { ...row, usedBy: voterKey })
    this.#uses.set(invitation, { invitation, pollId, voterKey })
  }

  #count({ pollId, box }: BoxKey, ballot: Ballot | null, by: number) {
    if (ballot === null) return
    for (const bucket of chooseIncrements(ballot)) {
      const name = `${boxName({ pollId, box })}/${bucket}`
      const votes = (this.#deltas.get(name)?.votes ?? 0) + by
      this.#deltas.set(name, { pollId, box, bucket, votes })
    }
  }

  /** All four sorted, so that two nodes lock rows in the same order. */
  votes(): readonly WrittenVote[] {
    return sortedByKey(this.#written)
  }

  uses(): readonly InvitationUse[] {
    return sortedByKey(this.#uses)
  }

  deltas(): readonly TallyDelta[] {
    return sortedByKey(this.#deltas).filter((delta) => delta.votes !== 0)
  }

  boxes(): readonly BoxKey[] {
    return sortedByKey(this.#boxes)
  }
}

/** Each box once, in the order in which everybody locks them. */
export function sortedBoxes(batch: readonly PreparedVote[]): readonly BoxKey[] {
  return sortedByKey(new Map(batch.map((vote) => [boxName(vote), { pollId: vote.pollId, box: vote.box }])))
}

function sortedByKey<T>(map: ReadonlyMap<string, T>): readonly T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value)
}

/** Poll ids hold no slash, and boxes have at most five digits: names sort as (poll, box) in any one order. */
export function boxName({ pollId, box }: BoxKey): string {
  return `${pollId}/${String(box).padStart(5, '0')}`
}

export function voterName({ pollId, voterKey }: VoterInPoll): string {
  return `${pollId}/${voterKey}`
}
