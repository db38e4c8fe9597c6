import { sql } from 'kysely'
import type { VoterInPoll } from '../../ports/ballot-store.ts'
import { prepared } from '../sql/prepared.ts'
import { ruleColumns } from '../sql/read-batch.ts'
import type { BatchRows, SqlDialect, StoredRules, StoredVote } from '../sql/sql-dialect.ts'
import { table } from '../sql/tables.ts'
import { lockQuery } from './ballot-statements.ts'
import { together } from './pg-dialect.ts'
import { postgresMoments } from './postgres-moments.ts'
import { type Column, textArray } from './text-array.ts'

interface VoteColumns {
  pollId: string
  voterKey: string
  choices: string | null
  revision: number
  voteId: string
  isVoided: boolean
}

interface VoterColumns {
  readonly voterPolls: Column
  readonly voterKeys: Column
}

type BatchRow = StoredRules | (VoteColumns & { readonly id: null })

const selectVotes = prepared((voters: VoterColumns) => sql<VoteColumns>`select ${voteColumns} ${fromVotesOf(voters)}`)

/** Votes have no rules, and rules no vote: one statement reads both, and one answer brings them. */
const selectBatch = prepared(
  (batch: VoterColumns & { readonly pollIds: Column }) => sql<BatchRow>`
    select ${ruleColumns(postgresMoments)}, null as "pollId", null as "voterKey", null as choices,
      null::int as revision, null as "voteId", null::boolean as "isVoided"
    from unnest(${batch.pollIds}::text[]) as poll (asked)
    cross join lateral (select * from ${table('live_poll_polls')} found where found.id = poll.asked offset 0) p
    union all
    select null, null, null, null, null, null, null, null, ${voteColumns} ${fromVotesOf(batch)}`,
)

export const readPostgresVotes: SqlDialect['readVotes'] = async (db, voters) =>
  (await selectVotes(db, voterColumns(voters))).map(toVote)

export const readPostgresBatch: NonNullable<SqlDialect['readBatch']> = async (trx, pollIds, voters) =>
  toBatch(await selectBatch(trx, { pollIds: textArray(pollIds), ...voterColumns(voters) }))

/** By the driver of `pgDialect`, which sends both at once. */
export const lockAndReadPostgres: NonNullable<SqlDialect['lockAndRead']> = async (
  trx,
  boxes,
  wait,
  pollIds,
  voters,
) => {
  const lock = lockQuery(trx, boxes, wait)
  const read = selectBatch.query(trx, { pollIds: textArray(pollIds), ...voterColumns(voters) })
  const [locked, rows] = await together(trx, lock, read)
  return { locked, ...toBatch(rows) }
}

function toBatch(rows: readonly BatchRow[]): BatchRows {
  const rules: StoredRules[] = []
  const votes: StoredVote[] = []
  for (const row of rows) {
    if (row.id === null) votes.push(toVote(row))
    else rules.push(row)
  }
  return { rules, votes }
}

function voterColumns(voters: readonly VoterInPoll[]): VoterColumns {
  return {
    voterPolls: textArray(voters.map(({ pollId }) => pollId)),
    voterKeys: textArray(voters.map(({ voterKey }) => voterKey)),
  }
}

const voteColumns = sql`v.poll_id as "pollId", v.voter_key as "voterKey", v.choices, v.revision, v.vote_id as "voteId",
  v.void_id is not null as "isVoided"`

/**
 * The offset has each row looked up in the index, as above. A plain join, planned while the table is empty, reads all of it each
 * time, from then on and until statistics are taken: a minute in which a hundred thousand may vote.
 */
function fromVotesOf({ voterPolls, voterKeys }: VoterColumns) {
  return sql`
    from unnest(${voterPolls}::text[], ${voterKeys}::text[]) as asked (poll_id, voter_key)
    cross join lateral (
      select * from ${table('live_poll_votes')} found
      where found.poll_id = asked.poll_id and found.voter_key = asked.voter_key
      offset 0) v`
}

function toVote({ pollId, voterKey, choices, revision, voteId, isVoided }: VoteColumns): StoredVote {
  const ballot = choices === null ? null : JSON.parse(choices)
  return { pollId, voterKey, ballot, revision, voteId, isVoided }
}
