import { type CompiledQuery, type Kysely, sql, type Transaction } from 'kysely'
import { prepared } from '../sql/prepared.ts'
import type { FirstVotes, FirstVotesAnswer, SqlDialect } from '../sql/sql-dialect.ts'
import { type Tables, table } from '../sql/tables.ts'
import { lockQuery } from './ballot-statements.ts'
import { sendWhole } from './pg-dialect.ts'
import { postgresMoments } from './postgres-moments.ts'
import { type Column, idArray, numberArray, textArray } from './text-array.ts'

interface Columns {
  readonly pollId: string
  readonly box: number
  readonly plan: number
  readonly epoch: number
  readonly voterKeys: Column
  readonly choices: Column
  readonly voteIds: Column
  readonly buckets: Column
  readonly counts: Column
}

interface EventColumns {
  readonly sinks: Column
  readonly events: string
}

export interface Written {
  readonly written: number
}

const { clock } = postgresMoments

/** Whether a poll, as `p`, takes votes now. */
export const isOpen = sql`p.closed_at is null
  and (p.opens_at is null or p.opens_at <= ${clock}) and (p.closes_at is null or p.closes_at > ${clock})`

/** The one statement that looks whether votes are first ones, and writes them, after the one that locks their box. */
const write = prepared((values: Columns) => sql<Written>`with ${writes(values)} select 1 as written from ready`)

const writeWithEvents = prepared(
  (values: Columns & EventColumns) => sql<Written>`
    with ${writes(values)}, logged as (
      insert into ${table('live_poll_outbox')} (sink, poll_id, box, epoch, seq, at, events)
      select s.sink, ${values.pollId}, ${values.box}, ${values.epoch}::int, r.version, (select clock_timestamp()), ${values.events}::text
      from raised r cross join unnest(${values.sinks}::text[]) as s (sink))
    select 1 as written from ready`,
)

/**
 * All of it hangs on `ready`, which decides as `decideVote` does about who has no vote yet. A transaction has an id once it has
 * locked a box: outside of one, or where there is no such box, nothing is open.
 */
function writes({ pollId, box, plan, epoch, voterKeys, choices, voteIds, buckets, counts }: Columns) {
  return sql`
    opened as materialized (
      select from ${table('live_poll_polls')} p
      where p.id = ${pollId}::text and p.plan = ${plan}::int and p.epoch = ${epoch}::int and ${isOpen}
        and txid_current_if_assigned() is not null),
    ready as materialized (
      select from opened
      where ${insertFunction}(
        array_fill(${pollId}::text, array[cardinality(${voterKeys}::text[])]), ${voterKeys}, ${choices}::text[], ${voteIds}::text[])),
    counted as (
      insert into ${table('live_poll_tallies')} as t (poll_id, box, bucket, votes)
      select ${pollId}, ${box}::int, b.* from ready cross join unnest(${buckets}::text[], ${counts}::bigint[]) as b
      on conflict (poll_id, box, bucket) do update set votes = t.votes + excluded.votes),
    raised as (
      update ${table('live_poll_boxes')} set version = version + 1
      where poll_id = ${pollId} and box = ${box} and exists (select from ready)
      returning version)`
}

/** Named as the tables are. */
export const insertFunction = sql.table('live_poll_insert_first_votes')

/**
 * Inserts votes, all or none. To find out first whether their voters are in the index takes as long again as to put them
 * there; and an error that is caught here ends no transaction, and is in no log.
 */
export const createInsertFunction = sql`
  create or replace function ${insertFunction} (polls text[], voter_keys text[], choices text[], vote_ids text[])
  returns boolean language plpgsql as $$
  begin
    insert into ${table('live_poll_votes')} (poll_id, voter_key, choices, vote_id, revision, accepted_at)
    select v.*, 1, ${clock} from unnest($1, $2, $3, $4) as v;
    return true;
  exception when unique_violation then
    return false;
  end $$`

/** By the driver of `pgDialect`, which sends all of the transaction at once. */
export const sendFirstVotes: NonNullable<SqlDialect['writeFirstVotes']> = (trx, votes) =>
  sendBoth(trx, lockQuery(trx, [votes], true), writeQuery(trx, votes))

/** By any driver. */
export const writeFirstVotes: NonNullable<SqlDialect['writeFirstVotes']> = (trx, votes) =>
  askBoth(trx, lockQuery(trx, [votes], true), writeQuery(trx, votes))

/** @param write has a row where it has written */
export async function sendBoth(
  trx: Transaction<Tables>,
  lock: CompiledQuery,
  write: CompiledQuery<Written>,
): Promise<FirstVotesAnswer> {
  const answer = await sendWhole(trx, lock, write)
  return {
    get areWritten() {
      return answer.rows && answer.rows.length > 0
    },
  }
}

/** As `sendBoth`, one after the other. */
export async function askBoth(
  trx: Transaction<Tables>,
  lock: CompiledQuery,
  write: CompiledQuery<Written>,
): Promise<FirstVotesAnswer> {
  await trx.executeQuery(lock)
  const { rows } = await trx.executeQuery(write)
  return { areWritten: rows.length > 0 }
}

function writeQuery(db: Kysely<Tables>, { votes, deltas, events, ...place }: FirstVotes): CompiledQuery<Written> {
  const columns = {
    ...place,
    voterKeys: idArray(votes.map(({ voterKey }) => voterKey)),
    choices: idArray(votes.map(({ ballot }) => (ballot.length === 1 ? `[${ballot[0]}]` : `[${ballot}]`))),
    voteIds: idArray(votes.map(({ voteId }) => voteId)),
    buckets: idArray(deltas.map(({ bucket }) => bucket)),
    counts: numberArray(deltas.map(({ votes }) => votes)),
  }
  const happened = events?.boxes[0]
  return events && happened
    ? writeWithEvents.query(db, { ...columns, events: happened.events, sinks: textArray(events.sinks) })
    : write.query(db, columns)
}
