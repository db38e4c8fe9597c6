import type { Ballot } from '../ballot.ts'

/** The bucket that counts ballots, whatever is on them. */
const VOTERS = 'voters'

/** The bucket that counts ballots which were taken out. */
export const VOIDED = 'voided'

/** Begins the bucket of a choice that counts the ballots with nothing else on them: of most votes, the one row that is counted up. */
const ONLY = 'only-'

/** What one `choose` ballot adds one to: what has its only choice and the voter at once, or each of its choices and the voters. */
export function chooseIncrements(ballot: Ballot): readonly string[] {
  return ballot.length === 1 ? [`${ONLY}${ballot[0]}`] : [VOTERS, ...ballot.map(String)]
}

/** Each choice, the voters, and the voided ballots, whichever buckets they were counted in. */
export function plainBuckets(buckets: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const plain = new Map<string, number>()
  for (const [bucket, votes] of buckets) {
    const names = bucket.startsWith(ONLY) ? [bucket.slice(ONLY.length), VOTERS] : [bucket]
    for (const name of names) plain.set(name, (plain.get(name) ?? 0) + votes)
  }
  return plain
}

/** Votes a choice, in the order given, voters, and voided ballots where there are any. A bucket nobody wrote to is 0. */
export function countChoose(
  choiceIds: readonly number[],
  buckets: ReadonlyMap<string, number>,
): { votes: number[]; voters: number; voided?: number } {
  const plain = plainBuckets(buckets)
  const voided = plain.get(VOIDED) ?? 0
  return {
    votes: choiceIds.map((id) => plain.get(String(id)) ?? 0),
    voters: plain.get(VOTERS) ?? 0,
    ...(voided > 0 && { voided }),
  }
}
