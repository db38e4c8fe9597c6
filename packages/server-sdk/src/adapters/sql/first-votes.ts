import { chooseIncrements } from '../../domain/counting/choose.ts'
import { joinHappenings, voteAcceptedText } from '../../domain/poll-event.ts'
import type { PreparedVote } from '../../ports/ballot-store.ts'
import { BatchChanges, boxName, isSameBox } from './batch-changes.ts'
import type { BoxEvents, BoxKey, FirstVote, FirstVotes, TallyDelta } from './sql-dialect.ts'
import { sortedByKey } from './voter-map.ts'

/** A box of a batch, and who votes in it. */
interface FirstBox extends BoxKey {
  readonly plan: number
  readonly epoch: number
  readonly votes: FirstVote[]
  readonly voters: Set<string>
}

/**
 * A batch as votes of voters who have none: what nearly every batch of a rush is, and of which nothing need be read.
 * @param sinks that get events
 * @returns undefined where it is not: of one box under several plans, or not each of them can be somebody's first
 */
export function toFirstVotes(batch: readonly PreparedVote[], sinks: ReadonlySet<string>): FirstVotes | undefined {
  const found = new Map<string, FirstBox>()
  let last: FirstBox | undefined
  for (const vote of batch) {
    if (!canBeFirst(vote)) return undefined
    last = last && isSameBox(last, vote) ? last : boxOf(found, vote) // they come box by box
    if (vote.plan !== last.plan) return undefined
    last.votes.push(vote)
    last.voters.add(vote.voterKey)
  }
  const boxes = sortedByKey(found)
  if (boxes.length === 0 || boxes.some(({ votes, voters }) => voters.size < votes.length)) return undefined
  const [only] = boxes
  return {
    boxes: boxes.map(({ pollId, box, plan, epoch }) => ({ pollId, box, plan, epoch })),
    votes: only && boxes.length === 1 ? only.votes : boxes.flatMap(({ votes }) => votes),
    deltas: boxes.flatMap(count),
    ...(sinks.size > 0 && { events: { sinks: [...sinks], boxes: boxes.map(tell) } }),
  }
}

function boxOf(found: Map<string, FirstBox>, vote: PreparedVote): FirstBox {
  const name = boxName(vote)
  const known = found.get(name)
  if (known) return known
  const { pollId, box, plan, planEpoch: epoch } = vote
  const made = { pollId, box, plan, epoch, votes: [], voters: new Set<string>() }
  found.set(name, made)
  return made
}

/** What they have changed, once they are accepted. */
export function toChanges(batch: readonly PreparedVote[]): BatchChanges {
  const changes = new BatchChanges(batch, false)
  for (const vote of batch) {
    const { ballot, voteId, planEpoch } = vote
    changes.accept(vote, { ballot, revision: 1, voteId }, planEpoch)
  }
  return changes
}

function canBeFirst(vote: PreparedVote): vote is PreparedVote & FirstVote {
  const { ballot, revision = 0, epoch, planEpoch, invitation } = vote
  return ballot !== null && revision === 0 && (epoch === undefined || epoch === planEpoch) && invitation === undefined
}

/** Many ballots are alike, and each kind of them is taken apart once. */
function count({ pollId, box, votes }: FirstBox): readonly TallyDelta[] {
  const kinds = new Map<string | number, { readonly ballot: FirstVote['ballot']; votes: number }>()
  for (const { ballot } of votes) {
    const [only = ''] = ballot
    const name = ballot.length < 2 ? only : ballot.join()
    const kind = kinds.get(name)
    if (kind) kind.votes++
    else kinds.set(name, { ballot, votes: 1 })
  }
  const buckets = new Map<string, number>()
  for (const { ballot, votes } of kinds.values()) {
    for (const bucket of chooseIncrements(ballot)) buckets.set(bucket, (buckets.get(bucket) ?? 0) + votes)
  }
  return [...buckets.keys()].sort().map((bucket) => ({ pollId, box, bucket, votes: buckets.get(bucket) ?? 0 }))
}

function tell({ pollId, box, epoch, votes }: FirstBox): BoxEvents {
  const texts = votes.map(({ voterKey, ballot }) => voteAcceptedText(voterKey, 1, ballot, null))
  return { pollId, box, epoch, events: joinHappenings(texts) }
}

/** Batches that are let pass, at most, after one that was tried in vain. */
const mostPassed = 63

/**
 * Which batches to try as first votes. Where they turn out to be others, as when everybody changes their mind, it is one of
 * ever more.
 */
export class Chances {
  #passed = 0
  #left = 0

  take(): boolean {
    if (this.#left === 0) return true
    this.#left--
    return false
  }

  tell(wereFirst: boolean) {
    this.#passed = wereFirst ? 0 : Math.min(this.#passed * 2 + 1, mostPassed)
    this.#left = this.#passed
  }
}
