import type { Ballot } from '../../domain/ballot.ts'
import { chooseIncrements } from '../../domain/counting/choose.ts'
import type { InvitationRow, VoteRow } from '../../domain/decide-vote.ts'
import { joinHappenings, voteAcceptedText } from '../../domain/poll-event.ts'
import type { PreparedVote, VoterInPoll } from '../../ports/ballot-store.ts'
import type { BoxEvents, BoxKey, InvitationUse, StoredVote, TallyDelta, VoteToWrite } from './sql-dialect.ts'
import { sortedByKey, VoterMap } from './voter-map.ts'

/** A row that a batch writes, and what it replaces. */
export interface WrittenVote extends VoteToWrite {
  /** As the batch has read it; undefined: there was none. */
  readonly before: VoteRow | undefined
  readonly epoch: number
}

/** One voter of a batch. */
interface VoterInBatch extends VoterInPoll {
  /** As the batch has read it. */
  before: VoteRow | undefined
  /** With what it has written since: later votes of the batch see the rows of earlier ones. */
  row: VoteRow | undefined
  /** Of what it has written; undefined: nothing. */
  epoch: number | undefined
}

/** A box of which the batch changes something, and what it adds to each bucket. */
interface ChangedBox extends BoxKey {
  readonly buckets: Map<string, number>
  /** Texts of what has happened in it, where that is written. */
  readonly happenings: string[]
  epoch: number
}

/** What a batch has changed so far. */
export class BatchChanges {
  readonly #voters = new VoterMap<VoterInBatch>()
  #invitations: Map<string, InvitationRow> | undefined
  readonly #uses = new Map<string, InvitationUse>()
  readonly #boxes = new Map<string, ChangedBox>()
  #lastBox: ChangedBox | undefined
  readonly #isEventful: boolean
  /** Each once, by (poll, voter): two nodes lock rows in the same order. */
  readonly voters: readonly VoterInPoll[]

  /** @param isEventful whether what happens is to be written for sinks */
  constructor(votes: readonly PreparedVote[], isEventful: boolean) {
    this.#isEventful = isEventful
    for (const vote of votes) {
      if (this.#voters.get(vote)) continue
      const { pollId, voterKey } = vote
      this.#voters.set(vote, { pollId, voterKey, before: undefined, row: undefined, epoch: undefined })
    }
    this.voters = this.#voters.sorted()
  }

  /**
   * What the voters have in their boxes, and the invitations that they need, before the first vote is decided.
   * @param invitations undefined: none is needed
   */
  start(rows: readonly StoredVote[], invitations: Map<string, InvitationRow> | undefined) {
    this.#invitations = invitations
    for (const row of rows) {
      const voter = this.#voters.get(row)
      if (voter) voter.before = voter.row = row
    }
  }

  rowOf(voter: VoterInPoll): VoteRow | undefined {
    return this.#voters.get(voter)?.row
  }

  /** The invitation that a vote needs, if there is one. */
  invitationOf({ invitation }: PreparedVote): InvitationRow | undefined {
    return invitation === undefined ? undefined : this.#invitations?.get(invitation)
  }

  /** What the batch has written for a voter. */
  writtenFor(voter: VoterInPoll): WrittenVote | undefined {
    const found = this.#voters.get(voter)
    return found && isWritten(found) ? found : undefined
  }

  accept(vote: PreparedVote, row: VoteRow, epoch: number) {
    const voter = this.#voters.get(vote)
    if (!voter) throw new Error('The vote is not one of the batch.')
    const box = this.#boxOf(vote)
    const before = voter.row?.ballot ?? null
    if (before) count(box.buckets, before, -1)
    if (row.ballot) count(box.buckets, row.ballot, +1)
    if (this.#isEventful) {
      box.epoch = epoch
      box.happenings.push(voteAcceptedText(vote.voterKey, row.revision, row.ballot, before))
    }
    voter.row = row
    voter.epoch = epoch
    if (vote.invitation !== undefined) this.#use(vote)
  }

  #boxOf(vote: PreparedVote): ChangedBox {
    if (this.#lastBox && isSameBox(this.#lastBox, vote)) return this.#lastBox
    const name = boxName(vote)
    const { pollId, box } = vote
    const changed = this.#boxes.get(name) ?? {
      pollId,
      box,
      buckets: new Map<string, number>(),
      happenings: [],
      epoch: 0,
    }
    this.#boxes.set(name, changed)
    this.#lastBox = changed
    return changed
  }

  #use({ invitation, pollId, voterKey }: PreparedVote) {
    const row = invitation === undefined ? undefined : this.#invitations?.get(invitation)
    if (invitation === undefined || !row || row.usedBy !== null) return
    this.#invitations?.set(invitation, { ...row, usedBy: voterKey })
    this.#uses.set(invitation, { invitation, pollId, voterKey })
  }

  /** All of these sorted, as `voters`. */
  votes(): readonly WrittenVote[] {
    return (this.voters as readonly VoterInBatch[]).filter(isWritten)
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

  events(): readonly BoxEvents[] {
    return sortedByKey(this.#boxes).map(({ pollId, box, epoch, happenings }) => ({
      ...{ pollId, box, epoch },
      events: joinHappenings(happenings),
    }))
  }
}

function isWritten(voter: VoterInBatch): voter is VoterInBatch & WrittenVote {
  return voter.epoch !== undefined
}

function count(buckets: Map<string, number>, ballot: Ballot, by: number) {
  for (const bucket of chooseIncrements(ballot)) buckets.set(bucket, (buckets.get(bucket) ?? 0) + by)
}

/** Each box once, in the order in which everybody locks them. */
export function sortedBoxes(batch: readonly PreparedVote[]): readonly BoxKey[] {
  const boxes = new Map<string, BoxKey>()
  let last: BoxKey | undefined
  for (const vote of batch) {
    if (last && isSameBox(last, vote)) continue // they come box by box
    last = { pollId: vote.pollId, box: vote.box }
    boxes.set(boxName(last), last)
  }
  return sortedByKey(boxes)
}

export const isSameBox = (a: BoxKey, b: BoxKey): boolean => a.box === b.box && a.pollId === b.pollId

/** Poll ids hold no slash, and boxes have at most five digits: names sort as (poll, box) in any one order. */
export function boxName({ pollId, box }: BoxKey): string {
  return `${pollId}/${String(box).padStart(5, '0')}`
}
