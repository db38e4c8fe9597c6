import type { Ballot } from '../ballot.ts'

/** The bucket that counts ballots, whatever is on them. */
const VOTERS = 'voters'

/** The bucket that counts ballots which were taken out. */
export const VOIDED = 'voided'

/** What one `choose` ballot adds to which buckets: one to each of its choices, one to the voters. */
export function chooseIncrements(ballot: Ballot): readonly string[] {
  return [VOTERS, ...ballot.map(String)]
}

/** Votes a choice, in the order given, voters, and voided ballots where there are any. A bucket nobody wrote to is 0. */
export function countChoose(
  choiceIds: readonly number[],
  buckets: ReadonlyMap<string, number>,
): { votes: number[]; voters: number; voided?: number } {
  const voided = buckets.get(VOIDED) ?? 0
  return {
    votes: choiceIds.map((id) => buckets.get(String(id)) ?? 0),
    voters: buckets.get(VOTERS) ?? 0,
    ...(voided > 0 && { voided }),
  }
}
