import { type Kysely, sql, type Transaction } from 'kysely'
import type { VoterInPoll } from '../../ports/ballot-store.ts'
import { ruleColumns } from '../sql/read-batch.ts'
import type { SqlDialect, StoredRules, StoredVote } from '../sql/sql-dialect.ts'
import { type Tables, table } from '../sql/tables.ts'
import { textArray } from './text-array.ts'

interface VoteColumns {
  pollId: string
  voterKey: string
  choices: string | null
  revision: number
  voteId: string
  isVoided: boolean
}

export async function readPostgresVotes(
  db: Kysely<Tables>,
  voters: readonly VoterInPoll[],
): Promise<readonly StoredVote[]> {
  const { rows } = await sql<VoteColumns>`select ${voteColumns} ${fromVotesOf(voters)}`.execute(db)
  return rows.map(toVote)
}

/** Votes have no rules, and rules no vote: one statement reads both, and one answer brings them. */
export async function readPostgresBatch(
  dialect: Pick<SqlDialect, 'millis' | 'clock' | 'isOneOf'>,
  trx: Transaction<Tables>,
  pollIds: readonly string[],
  voters: readonly VoterInPoll[],
): Promise<{ readonly rules: readonly StoredRules[]; readonly votes: readonly StoredVote[] }> {
  const { rows } = await sql<StoredRules | (VoteColumns & { id: null })>`
    select ${ruleColumns(dialect)}, null as "pollId", null as "voterKey", null as choices, null::int as revision,
      null as "voteId", null::boolean as "isVoided"
    from ${table('live_poll_polls')} where ${dialect.isOneOf('id', pollIds)}
    union all
    select null, null, null, null, null, null, null, null, ${voteColumns} ${fromVotesOf(voters)}`.execute(trx)
  const rules: StoredRules[] = []
  const votes: StoredVote[] = []
  for (const row of rows) {
    if (row.id === null) votes.push(toVote(row))
    else rules.push(row)
  }
  return { rules, votes }
}

const voteColumns = sql`v.poll_id as "pollId", v.voter_key as "voterKey", v.choices, v.revision, v.vote_id as "voteId",
  v.void_id is not null as "isVoided"`

/**
 * The offset has each row looked up in the index. A plain join, planned while the table is empty, reads all of it each time,
 * from then on and until statistics are taken: a minute in which a hundred thousand may vote.
 */
function fromVotesOf(voters: readonly VoterInPoll[]) {
  return sql`
    from unnest(${textArray(voters.map((v) => v.pollId))}::text[], ${textArray(voters.map((v) => v.voterKey))}::text[])
      as asked (poll_id, voter_key)
    cross join lateral (
      select * from ${table('live_poll_votes')} found
      where found.poll_id = asked.poll_id and found.voter_key = asked.voter_key
      offset 0) v`
}

function toVote({ pollId, voterKey, choices, revision, voteId, isVoided }: VoteColumns): StoredVote {
  const ballot = choices === null ? null : JSON.parse(choices)
  return { pollId, voterKey, ballot, revision, voteId, isVoided }
}
