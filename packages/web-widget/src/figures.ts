import type { Results } from '@live-poll/client-sdk/voter'

/** What stands at the end of a choice's line. */
export interface Figure {
  readonly votes: number
  /** Votes a voter, 0 to 1. With several choices a ballot the shares add up to more than 1. */
  readonly share: number
  /** Whether no choice has more votes and this one has any; true for each of a tie. */
  readonly isLeading: boolean
}

/** The figures of a poll, in the order of its choices. */
export function figuresOf({ votes, voters }: Results): readonly Figure[] {
  const most = Math.max(1, ...votes)
  return votes.map((count) => ({ votes: count, share: voters && count / voters, isLeading: count === most }))
}
