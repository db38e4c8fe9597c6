import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely'
import { prepared } from '../sql/prepared.ts'
import type { BatchToWrite, BoxEvents, BoxKey, SqlDialect, TallyDelta, VoteToWrite } from '../sql/sql-dialect.ts'
import { type Tables, table } from '../sql/tables.ts'
import { sendLast } from './pg-dialect.ts'
import { type Column, numberArray, textArray } from './text-array.ts'

export interface BoxColumns {
  readonly boxPolls: Column
  readonly boxes: Column
}

export interface TallyColumns {
  readonly tallyPolls: Column
  readonly tallyBoxes: Column
  readonly buckets: Column
  readonly counts: Column
}

interface VoteColumns {
  readonly polls: Column
  readonly voterKeys: Column
  readonly choices: Column
  readonly revisions: Column
  readonly voteIds: Column
}

interface EventColumns {
  readonly sinks: Column
  readonly eventPolls: Column
  readonly eventBoxes: Column
  readonly epochs: Column
  readonly events: Column
}

/** Most batches have one box. */
const lockBox = prepared(
  ({ pollId, box }: BoxKey) => sql<BoxKey>`
    select poll_id as "pollId", box from ${table('live_poll_boxes')}
    where poll_id = ${pollId}::text and box = ${box}::int
    for no key update`,
)
const lockBoxes = prepared((boxes: BoxColumns) => lock(boxes, sql``))
const lockFreeBoxes = prepared((boxes: BoxColumns) => lock(boxes, sql`skip locked`))
export const addTallies = prepared((tallies: TallyColumns) => insertTallies(tallies))
export const raiseVersions = prepared((boxes: BoxColumns) => raise(boxes))

/** Votes, tallies and versions at once. */
const write = prepared(
  (values: VoteColumns & TallyColumns & BoxColumns) => sql`
    with written as (${upsertVotes(values)}), counted as (${insertTallies(values)})
    ${raise(values)}`,
)

/** The same, and what has happened: each in its place, which is the version that its box has risen to. */
const writeWithEvents = prepared(
  (values: VoteColumns & TallyColumns & BoxColumns & EventColumns) => sql`
    with written as (${upsertVotes(values)}), counted as (${insertTallies(values)}),
      raised as (${raise(values)} returning b.poll_id, b.box, b.version)
    ${insertEvents(values)}`,
)

/** Of the boxes in `raised`. */
function insertEvents({ sinks, eventPolls, eventBoxes, epochs, events }: EventColumns) {
  return sql`
    insert into ${table('live_poll_outbox')} (sink, poll_id, box, epoch, seq, at, events)
    select s.sink, r.poll_id, r.box, e.epoch, r.version, (select clock_timestamp()), e.events
    from raised r
    join unnest(${eventPolls}::text[], ${eventBoxes}::int[], ${epochs}::int[], string_to_array(${events}::text, chr(29)))
      as e (poll_id, box, epoch, events) on e.poll_id = r.poll_id and e.box = r.box
    cross join unnest(${sinks}::text[]) as s (sink)`
}

/** The one statement that writes a batch. */
export function writeQuery(db: Kysely<Tables>, batch: BatchToWrite): CompiledQuery {
  const columns = batchColumns(batch)
  return batch.events
    ? writeWithEvents.query(db, {
        ...columns,
        ...eventColumns(batch.events.boxes),
        sinks: textArray(batch.events.sinks),
      })
    : write.query(db, columns)
}

function upsertVotes({ polls, voterKeys, choices, revisions, voteIds }: VoteColumns) {
  return sql`
    insert into ${table('live_poll_votes')} (poll_id, voter_key, choices, revision, vote_id, accepted_at)
    select *, clock_timestamp() from unnest(
      ${polls}::text[], ${voterKeys}::text[], ${choices}::text[], ${revisions}::int[], ${voteIds}::text[])
    on conflict (poll_id, voter_key) do update set choices = excluded.choices,
      revision = excluded.revision, vote_id = excluded.vote_id, accepted_at = excluded.accepted_at`
}

/** @param wait false: boxes locked by someone else are passed over */
export function lockQuery(db: Kysely<Tables>, boxes: readonly BoxKey[], wait: boolean): CompiledQuery<BoxKey> {
  const [only] = boxes
  if (only && boxes.length === 1 && wait) return lockBox.query(db, only)
  return (wait ? lockBoxes : lockFreeBoxes).query(db, boxColumns(boxes))
}

/** In the order in which they are asked for. */
function lock({ boxPolls, boxes }: BoxColumns, how: RawBuilder<unknown>) {
  return sql<BoxKey>`
    select b.poll_id as "pollId", b.box
    from unnest(${boxPolls}::text[], ${boxes}::int[]) as asked (poll_id, box)
    cross join lateral (
      select found.poll_id, found.box from ${table('live_poll_boxes')} found
      where found.poll_id = asked.poll_id and found.box = asked.box
      for no key update ${how}) b`
}

function insertTallies({ tallyPolls, tallyBoxes, buckets, counts }: TallyColumns) {
  return sql`
    insert into ${table('live_poll_tallies')} as t (poll_id, box, bucket, votes)
    select * from unnest(${tallyPolls}::text[], ${tallyBoxes}::int[], ${buckets}::text[], ${counts}::bigint[])
    on conflict (poll_id, box, bucket) do update set votes = t.votes + excluded.votes`
}

/**
 * Each looked up in the index, and then where it lies: a join, planned while there are few polls, would go through all boxes.
 */
function raise({ boxPolls, boxes }: BoxColumns) {
  return sql`
    update ${table('live_poll_boxes')} b set version = version + 1
    from unnest(${boxPolls}::text[], ${boxes}::int[]) as asked (poll_id, box)
    cross join lateral (
      select ctid from ${table('live_poll_boxes')} found
      where found.poll_id = asked.poll_id and found.box = asked.box
      offset 0) place
    where b.ctid = place.ctid`
}

export function boxColumns(boxes: readonly BoxKey[]): BoxColumns {
  return {
    boxPolls: textArray(boxes.map(({ pollId }) => pollId)),
    boxes: numberArray(boxes.map(({ box }) => box)),
  }
}

export function tallyColumns(deltas: readonly TallyDelta[]): TallyColumns {
  return {
    tallyPolls: textArray(deltas.map(({ pollId }) => pollId)),
    tallyBoxes: numberArray(deltas.map(({ box }) => box)),
    buckets: textArray(deltas.map(({ bucket }) => bucket)),
    counts: numberArray(deltas.map(({ votes }) => votes)),
  }
}

function batchColumns({ votes, deltas, boxes }: BatchToWrite): VoteColumns & TallyColumns & BoxColumns {
  return { ...voteColumns(votes), ...tallyColumns(deltas), ...boxColumns(boxes) }
}

/** By the driver of `pgDialect`, which sends COMMIT with it. */
export const writeLastPostgres: NonNullable<SqlDialect['writeLast']> = (trx, batch) =>
  sendLast(trx, writeQuery(trx, batch))

function eventColumns(boxes: readonly BoxEvents[]): Omit<EventColumns, 'sinks'> {
  return {
    eventPolls: textArray(boxes.map(({ pollId }) => pollId)),
    eventBoxes: numberArray(boxes.map(({ box }) => box)),
    epochs: numberArray(boxes.map(({ epoch }) => epoch)),
    events: boxes.map(({ events }) => events).join('\x1d'), // to escape what is in an array takes longer
  }
}

function voteColumns(votes: readonly VoteToWrite[]): VoteColumns {
  return {
    polls: textArray(votes.map(({ pollId }) => pollId)),
    voterKeys: textArray(votes.map(({ voterKey }) => voterKey)),
    choices: textArray(votes.map(({ row }) => row.ballot && `[${row.ballot}]`)),
    revisions: numberArray(votes.map(({ row }) => row.revision)),
    voteIds: textArray(votes.map(({ row }) => row.voteId)),
  }
}
