import { type Kysely, sql } from 'kysely'
import type { Tables } from '../src/adapters/sql/tables.ts'

/** The buckets as they would be if nobody had kept tallies. @param ballots as the votes table holds them */
export function countBallots(ballots: Iterable<string | null>): Record<string, number> {
  const buckets: Record<string, number> = {}
  for (const choices of ballots) {
    if (choices === null) continue
    for (const bucket of ['voters', ...(JSON.parse(choices) as number[])]) buckets[bucket] = (buckets[bucket] ?? 0) + 1
  }
  return buckets
}

/** Each choice, the voters and the voided, whether a tally is of one of them or of the ballots with nothing but a choice. */
export function plainTallies(tallies: Iterable<readonly [bucket: string, votes: number]>): Record<string, number> {
  const plain: Record<string, number> = {}
  for (const [bucket, votes] of tallies) {
    const [, choice] = /^only-(\d+)$/.exec(bucket) ?? []
    for (const name of choice === undefined ? [bucket] : [choice, 'voters']) plain[name] = (plain[name] ?? 0) + votes
  }
  return plain
}

/** A vote that was answered with `voted`. */
export interface AckedVote {
  /** Any name that no other voter has. */
  readonly voter: string
  readonly voteId: string
  readonly revision: number
  readonly choices: readonly number[] | null
}

/**
 * Holds what was acknowledged against what is in the box, and the box against its tallies, when no vote is on its way.
 *
 * @param acked every acknowledged vote of the poll's epoch, in any order
 * @returns a sentence for each difference; none when every promise is kept
 */
export async function findMiscounts(
  db: Kysely<Tables>,
  pollId: string,
  acked: Iterable<AckedVote>,
): Promise<readonly string[]> {
  const { rows, tallies } = await readBox(db, pollId)
  const differences: string[] = []

  const held = new Map(rows.map((row) => [row.voteId, row]))
  for (const { voter, voteId, revision, choices } of latestOfEach(acked)) {
    const row = held.get(voteId)
    held.delete(voteId)
    if (!row) differences.push(`${voter}'s vote ${voteId} was acknowledged and is not in the box.`)
    else if (row.revision !== revision || !isSameBallot(row.choices, choices)) {
      const told = `${JSON.stringify(choices)} at revision ${revision}`
      differences.push(`${voter} was told ${told}; the box has ${row.choices} at ${row.revision}.`)
    }
  }
  for (const voteId of held.keys()) differences.push(`Vote ${voteId} is in the box and was not acknowledged.`)

  const recounted = countBallots(rows.map((row) => row.choices))
  for (const bucket of Object.keys({ ...tallies, ...recounted })) {
    const [tally, count] = [tallies[bucket] ?? 0, recounted[bucket] ?? 0]
    if (tally !== count) differences.push(`The tally of ${bucket} is ${tally}; the box has ${count}.`)
  }
  return differences
}

/** What a poll's results must be, by its committed votes. */
export interface RecountedResults {
  /** In the order of the choices. */
  readonly votes: readonly number[]
  readonly voters: number
}

/** @param choices how many the poll has, with ids from 1 on */
export async function recountResults(db: Kysely<Tables>, pollId: string, choices: number): Promise<RecountedResults> {
  const { rows } = await readBox(db, pollId)
  const buckets = countBallots(rows.map((row) => row.choices))
  const votes = Array.from({ length: choices }, (_, index) => buckets[index + 1] ?? 0)
  return { votes, voters: buckets.voters ?? 0 }
}

/** Rows and tallies of one moment. */
async function readBox(db: Kysely<Tables>, pollId: string) {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const rows = await trx
        .selectFrom('live_poll_votes')
        .select(['vote_id as voteId', 'choices', 'revision'])
        .where('poll_id', '=', pollId)
        .execute()
      const sums = await trx
        .selectFrom('live_poll_tallies')
        .select(['bucket', sql<string>`sum(votes)`.as('votes')])
        .where('poll_id', '=', pollId)
        .groupBy('bucket')
        .execute()
      return { rows, tallies: plainTallies(sums.map(({ bucket, votes }) => [bucket, Number(votes)])) }
    })
}

function latestOfEach(acked: Iterable<AckedVote>): Iterable<AckedVote> {
  const latest = new Map<string, AckedVote>()
  for (const vote of acked) {
    if (vote.revision > (latest.get(vote.voter)?.revision ?? 0)) latest.set(vote.voter, vote)
  }
  return latest.values()
}

function isSameBallot(written: string | null, choices: readonly number[] | null): boolean {
  return written === (choices && JSON.stringify([...choices].sort((a, b) => a - b)))
}
