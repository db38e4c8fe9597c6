import type { Poll } from '@live-poll/client-sdk'

/** What keeps a ballot from being cast. */
export type Problem = 'too-few' | 'too-many'

/** The chosen ids that the poll still has, in the order of its choices. */
export function ballotOf(poll: Poll, chosen: ReadonlySet<number>): readonly number[] {
  return poll.choices.map(({ id }) => id).filter((id) => chosen.has(id))
}

/** Null when the ballot may be cast. */
export function problemOf(poll: Poll, chosen: ReadonlySet<number>): Problem | null {
  const count = ballotOf(poll, chosen).length
  if (count < Math.max(1, poll.ballot.min)) return 'too-few'
  return count > poll.ballot.max ? 'too-many' : null
}

/** What is chosen after one choice was switched on or off. A ballot of one choice keeps only the last. */
export function choose(poll: Poll, chosen: ReadonlySet<number>, id: number, on: boolean): ReadonlySet<number> {
  if (poll.ballot.max === 1) return new Set(on ? [id] : [])
  const next = new Set(chosen)
  if (on) next.add(id)
  else next.delete(id)
  return next
}
