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

/** A box of which the batch changes something, and what it adds to each bucket. */
interface ChangedBox extends BoxKey {
  readonly buckets: Map<string, number>
}

/** What a batch has changed so far: later votes of the batch see the rows of earlier ones. */
export class BatchChanges {
  readonly #rows: Map<string, VoteRow>
  readonly #invitations: Map<string, InvitationRow>
  readonly #uses = new Map<string, InvitationUse>()
  readonly #written = new Map<string, WrittenVote>()
  readonly #boxes = new Map<string, ChangedBox>()
  #lastBox: ChangedBox | undefined

  constructor(rows: Map<string, VoteRow>, invitations: Map<string, InvitationRow>) {
    this.#rows = rows
    this.#invitations = invitations
  }

  get size(): number {
    return this.#written.size
  }

  /** @param name the voter's */
  rowOf(name: string): VoteRow | undefined {
    return this.#rows.get(name)
  }

  /** The invitation that a vote needs, if there is one. */
  invitationOf({ invitation }: PreparedVote): InvitationRow | undefined {
    return invitation === undefined ? undefined : this.#invitations.get(invitation)
  }

  /** What the batch has written for the voter of a vote. */
  writtenFor(vote: PreparedVote): WrittenVote | undefined {
    return this.#written.get(voterName(vote))
  }

  /** @param name the voter's */
  accept(name: string, vote: PreparedVote, row: VoteRow, epoch: number) {
    const { pollId, voterKey } = vote
    const { ballot, revision, voteId } = row
    const replaced = this.#rows.get(name)
    const written = this.#written.get(name)
    const before = written ? written.before : replaced
    const { buckets } = this.#boxOf(vote)
    if (replaced?.ballot) count(buckets, replaced.ballot, -1)
    if (ballot) count(buckets, ballot, +1)
    this.#rows.set(name, row)
    this.#written.set(name, { pollId, voterKey, ballot, revision, voteId, before, epoch })
    if (vote.invitation !== undefined) this.#use(vote)
  }

  #boxOf(vote: PreparedVote): ChangedBox {
    if (this.#lastBox && isSameBox(this.#lastBox, vote)) return this.#lastBox
    const name = boxName(vote)
    const { pollId, box } = vote
    const changed = this.#boxes.get(name) ?? { pollId, box, buckets: new Map<string, number>() }
    this.#boxes.set(name, changed)
    this.#lastBox = changed
    return changed
  }

  #use({ invitation, pollId, voterKey }: PreparedVote) {
    const row = invitation === undefined ? undefined : this.#invitations.get(invitation)
    if (invitation === undefined || !row || row.usedBy !== null) return
    this.#invitations.set(invitation, { ...row, usedBy: voterKey })
    this.#uses.set(invitation, { invitation, pollId, voterKey })
  }

  /** All four sorted, so that two nodes lock rows in the same order. */
  votes(): readonly WrittenVote[] {
    return sortedByKey(this.#written)
  }

  uses(): readonly InvitationUse[] {
    return sortedByKey(this.#uses)
  }

  deltas(): readonly TallyDelta[] {
    return sortedByKey(this.#boxes).flatMap(({ pollId, box, buckets }) =>
      [...buckets.keys()].sort().flatMap((bucket) => {
        const votes = buckets.get(bucket) ?? 0
        return votes === 0 ? [] : [{ pollId, box, bucket, votes }]
      }),
    )
  }

  boxes(): readonly BoxKey[] {
    return sortedByKey(this.#boxes)
  }
}

function count(buckets: Map<string, number>, ballot: Ballot, by: number) {
  for (const bucket of chooseIncrements(ballot)) buckets.set(bucket, (buckets.get(bucket) ?? 0) + by)
}

/** Each box once, in the order in which everybody locks them. */
export function sortedBoxes(batch: readonly PreparedVote[]): readonly BoxKey[] {
  const boxes = new Map<string, BoxKey>()
  let last: BoxKey | undefined
  for (const { pollId, box } of batch) {
    if (last && isSameBox(last, { pollId, box })) continue // they come box by box
    last = { pollId, box }
    boxes.set(boxName(last), last)
  }
  return sortedByKey(boxes)
}

const isSameBox = (a: BoxKey, b: BoxKey) => a.box === b.box && a.pollId === b.pollId

/** In the order of UTF-16 code units, which `sort` without a comparison knows by itself, and fastest. */
function sortedByKey<T>(map: ReadonlyMap<string, T>): readonly T[] {
  return [...map.keys()].sort().map((key) => map.get(key) as T)
}

/** Poll ids hold no slash, and boxes have at most five digits: names sort as (poll, box) in any one order. */
export function boxName({ pollId, box }: BoxKey): string {
  return `${pollId}/${String(box).padStart(5, '0')}`
}

export function voterName({ pollId, voterKey }: VoterInPoll): string {
  return `${pollId}/${voterKey}`
}
