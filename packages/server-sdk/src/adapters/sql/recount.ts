import { type Kysely, sql, type Transaction } from 'kysely'
import type { Ballot } from '../../domain/ballot.ts'
import { chooseIncrements, plainBuckets, VOIDED } from '../../domain/counting/choose.ts'
import type { OnRows, RecountOutcome, TallyDifference } from '../../ports/vote-records.ts'
import { lockPoll } from './lock-poll.ts'
import type { SqlDialect } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'
import { inTransaction } from './transaction.ts'

/** Votes that one statement counts: few enough to be well within a statement's time. */
const pageSize = 50_000

/** Counts a poll again under the locks of all its boxes, and repairs what differs (`VoteRecords.recount`). */
export function recount(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  pollId: string,
  onRows: OnRows,
): Promise<RecountOutcome | undefined> {
  return inTransaction<RecountOutcome | undefined>(db, dialect, async (trx, earlier) => {
    if (!(await lockPoll(trx, dialect, pollId))) return undefined
    await dialect.readInOrder?.(trx)
    const { ballots, counted } = await countVotes(trx, pollId, onRows)
    const tallied = await readTallies(trx, pollId)
    const differences = findDifferences(plainBuckets(tallied), plainBuckets(counted))
    if (differences.length === 0) return { ballots, differences: earlier?.differences ?? [] }
    await writeTallies(trx, dialect, pollId, counted)
    return { ballots, differences }
  })
}

/**
 * In pages, each counted by the database: one statement over a million rows would outlast its limit, and rows are not sent
 * that nobody looks at.
 */
async function countVotes(trx: Transaction<Tables>, pollId: string, onRows: OnRows) {
  const counted = new Map<string, number>()
  let [rows, ballots, after] = [0, 0, '']
  onRows(rows)
  for (;;) {
    const page = await countPage(trx, pollId, after)
    for (const { choices, votes, voided } of page) {
      if (voided > 0) counted.set(VOIDED, (counted.get(VOIDED) ?? 0) + voided)
      if (choices === null) continue
      ballots += votes
      for (const bucket of chooseIncrements(JSON.parse(choices) as Ballot)) {
        counted.set(bucket, (counted.get(bucket) ?? 0) + votes)
      }
    }
    const pageRows = page.reduce((sum, { votes }) => sum + votes, 0)
    rows += pageRows
    if (pageRows > 0) onRows(rows)
    if (pageRows < pageSize) return { ballots, counted }
    after =
      page
        .map(({ last }) => last)
        .sort()
        .at(-1) ?? '' // by bytes, as the column is
  }
}

/** How often each ballot comes among the next voters. */
async function countPage(trx: Transaction<Tables>, pollId: string, after: string) {
  const { rows } = await sql<{ choices: string | null; votes: number | string; voided: number | string; last: string }>`
    select choices, count(*) as votes, count(void_id) as voided, max(voter_key) as last
    from (
      select voter_key, choices, void_id from ${table('live_poll_votes')}
      where poll_id = ${pollId} and voter_key > ${after} order by voter_key limit ${sql.lit(pageSize)}
    ) page
    group by choices`.execute(trx)
  return rows.map((row) => ({ ...row, votes: Number(row.votes), voided: Number(row.voided) }))
}

async function readTallies(trx: Transaction<Tables>, pollId: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ bucket: string; votes: number | string }>`
    select bucket, sum(votes) as votes from ${table('live_poll_tallies')}
    where poll_id = ${pollId} group by bucket`.execute(trx)
  return new Map(rows.map(({ bucket, votes }) => [bucket, Number(votes)]))
}

function findDifferences(
  tallied: ReadonlyMap<string, number>,
  counted: ReadonlyMap<string, number>,
): readonly TallyDifference[] {
  return [...new Set([...counted.keys(), ...tallied.keys()])]
    .sort()
    .map((bucket) => ({ bucket, tallied: tallied.get(bucket) ?? 0, counted: counted.get(bucket) ?? 0 }))
    .filter((difference) => difference.tallied !== difference.counted)
}

/** All into box 0: only the sum over the boxes means anything, for a voter's box changes when boxes are added. */
async function writeTallies(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  pollId: string,
  counted: ReadonlyMap<string, number>,
): Promise<void> {
  await trx.deleteFrom('live_poll_tallies').where('poll_id', '=', pollId).execute()
  const tallies = [...counted].map(([bucket, votes]) => ({ pollId, box: 0, bucket, votes }))
  tallies.sort((a, b) => (a.bucket < b.bucket ? -1 : 1))
  if (tallies.length > 0) await dialect.addTallies(trx, tallies)
  await dialect.raiseVersions(trx, [{ pollId, box: 0 }]) // so that no screen drops what is repaired
}
