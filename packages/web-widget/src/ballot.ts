import type { Poll } from '@live-poll/client-sdk/voter'

/** The chosen ids that the poll still has, in the order of its choices. */
export function ballotOf({ choices }: Poll, chosen: ReadonlySet<number>): readonly number[] {
  return choices.map(({ id }) => id).filter((id) => chosen.has(id))
}

/** How many choices a ballot has beyond the most the poll takes (positive) or short of the least (negative); 0 fits. */
export function misfitOf(poll: Poll, chosen: ReadonlySet<number>): number {
  const { min, max } = poll.ballot
  const count = ballotOf(poll, chosen).length
  return Math.max(0, count - max) || Math.min(0, count - Math.max(1, min))
}

/** What is chosen after one choice was switched on or off. A ballot of one choice keeps only the last. */
export function choose(poll: Poll, chosen: ReadonlySet<number>, id: number, isOn: boolean): ReadonlySet<number> {
  const next = new Set(poll.ballot.max === 1 ? [] : chosen)
  if (isOn) next.add(id)
  else next.delete(id)
  return next
}

/** What stays chosen when the poll changes: what it still has; of several where it takes one now, none. */
export function keepChosen(poll: Poll, chosen: ReadonlySet<number>): ReadonlySet<number> {
  const kept = ballotOf(poll, chosen)
  return new Set(poll.ballot.max === 1 && kept.length > 1 ? [] : kept)
}
