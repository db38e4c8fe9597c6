import { chooseIncrements } from '../../domain/counting/choose.ts'
import { joinHappenings, voteAcceptedText } from '../../domain/poll-event.ts'
import type { PreparedVote } from '../../ports/ballot-store.ts'
import { BatchChanges } from './batch-changes.ts'
import type { BoxKey, FirstVote, FirstVotes, TallyDelta } from './sql-dialect.ts'
import { VoterMap } from './voter-map.ts'

/**
 * A batch as votes of voters who have none: what nearly every batch of a rush is, and of which nothing need be read.
 * @param sinks that get events
 * @returns undefined where it is not: of several boxes or plans, or not each of them can be somebody's first
 */
export function toFirstVotes(batch: readonly PreparedVote[], sinks: ReadonlySet<string>): FirstVotes | undefined {
  const [one] = batch
  if (!one) return undefined
  const { pollId, box, plan, planEpoch: epoch } = one
  const voters = new Set<string>()
  const votes: FirstVote[] = []
  for (const vote of batch) {
    if (!canBeFirst(vote) || vote.pollId !== pollId || vote.box !== box || vote.plan !== plan) return undefined
    voters.add(vote.voterKey)
    votes.push(vote)
  }
  if (voters.size < batch.length) return undefined
  const events = sinks.size > 0 && { sinks: [...sinks], boxes: [{ pollId, box, epoch, events: tell(votes) }] }
  return {
    boxes: [{ pollId, box, plan, epoch }],
    votes,
    deltas: count(votes, { pollId, box }),
    ...(events && { events }),
  }
}

/** The same where it has several boxes, each poll under one plan. */
export function toFirstVotesOfBoxes(
  batch: readonly PreparedVote[],
  sinks: ReadonlySet<string>,
): FirstVotes | undefined {
  const plans = new Map<string, PreparedVote>()
  const voters = new VoterMap<boolean>()
  const votes: FirstVote[] = []
  for (const vote of batch) {
    const { plan } = plans.get(vote.pollId) ?? vote
    if (!canBeFirst(vote) || vote.plan !== plan || voters.get(vote)) return undefined
    plans.set(vote.pollId, vote)
    voters.set(vote, true)
    votes.push(vote)
  }
  const changes = toChanges(batch, sinks.size > 0)
  const boxes = changes.boxes().flatMap(({ pollId, box }) => {
    const known = plans.get(pollId)
    return known ? [{ pollId, box, plan: known.plan, epoch: known.planEpoch }] : []
  })
  const events = sinks.size > 0 && { sinks: [...sinks], boxes: changes.events() }
  return { boxes, votes, deltas: changes.deltas(), ...(events && { events }) }
}

/**
 * What they have changed, once they are accepted.
 * @param isEventful whether what happens is to be written for sinks
 */
export function toChanges(batch: readonly PreparedVote[], isEventful = false): BatchChanges {
  const changes = new BatchChanges(batch, isEventful)
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
function count(votes: readonly FirstVote[], box: BoxKey): readonly TallyDelta[] {
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
  return [...buckets.keys()].sort().map((bucket) => ({ ...box, bucket, votes: buckets.get(bucket) ?? 0 }))
}

function tell(votes: readonly FirstVote[]): string {
  return joinHappenings(votes.map(({ voterKey, ballot }) => voteAcceptedText(voterKey, 1, ballot, null)))
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
