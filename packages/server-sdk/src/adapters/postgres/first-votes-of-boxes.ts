import { type CompiledQuery, type Kysely, sql } from 'kysely'
import { prepared } from '../sql/prepared.ts'
import type { FirstVotesOfBoxes, SqlDialect } from '../sql/sql-dialect.ts'
import { type Tables, table } from '../sql/tables.ts'
import {
  type BoxColumns,
  boxColumns,
  type EventColumns,
  eventColumns,
  holdQuery,
  insertEvents,
  insertTallies,
  type TallyColumns,
  tallyColumns,
} from './ballot-statements.ts'
import { askBoth, insertFunction, isOpen, sendBoth, type Written } from './first-votes.ts'
import { type Column, idArray, numberArray, textArray } from './text-array.ts'

interface Columns extends BoxColumns, TallyColumns {
  readonly plans: Column
  readonly epochsOfPlans: Column
  readonly polls: Column
  readonly voterKeys: Column
  readonly choices: Column
  readonly voteIds: Column
}

/** As the statement of one box: the one that looks whether votes are first ones, and writes them, after the one that locks. */
const write = prepared((values: Columns) => sql<Written>`with ${writes(values)} select 1 as written from ready`)

const writeWithEvents = prepared(
  (values: Columns & EventColumns) => sql<Written>`
    with ${writes(values)}, logged as (${insertEvents(values)})
    select 1 as written from ready`,
)

/**
 * All of it hangs on `ready`: that each poll is as it was said to be and takes votes, that its box is locked by this very
 * transaction, which is written on it, and then that the function has put the votes in. Where a box lies is looked up once.
 */
function writes(values: Columns) {
  const isReady = sql`exists (select from ready)`
  return sql`
    opened as materialized (
      select locked.place
      from unnest(${values.boxPolls}::text[], ${values.boxes}::int[], ${values.plans}::int[], ${values.epochsOfPlans}::int[])
        as asked (poll_id, box, plan, epoch)
      cross join lateral (
        select from ${table('live_poll_polls')} p
        where p.id = asked.poll_id and p.plan = asked.plan and p.epoch = asked.epoch and ${isOpen}
        offset 0) poll
      cross join lateral (
        select b.ctid as place from ${table('live_poll_boxes')} b
        where b.poll_id = asked.poll_id and b.box = asked.box and b.xmax = pg_current_xact_id_if_assigned()::xid
        offset 0) locked),
    ready as materialized (
      select from (select count(*) as boxes from opened) o
      where case when o.boxes = cardinality(${values.boxes}::int[])
        then ${insertFunction}(${values.polls}::text[], ${values.voterKeys}::text[], ${values.choices}::text[], ${values.voteIds}::text[])
        else false end),
    counted as (${insertTallies(values, sql`where ${isReady}`)}),
    raised as (
      update ${table('live_poll_boxes')} b set version = version + 1
      from opened where b.ctid = opened.place and ${isReady}
      returning b.poll_id, b.box, b.version)`
}

/** By the driver of `pgDialect`, which sends all of the transaction at once. */
export const sendFirstVotesOfBoxes: NonNullable<SqlDialect['writeFirstVotesOfBoxes']> = (trx, votes) =>
  sendBoth(trx, holdQuery(trx, votes.boxes), writeQuery(trx, votes))

/** By any driver. */
export const writeFirstVotesOfBoxes: NonNullable<SqlDialect['writeFirstVotesOfBoxes']> = (trx, votes) =>
  askBoth(trx, holdQuery(trx, votes.boxes), writeQuery(trx, votes))

function writeQuery(db: Kysely<Tables>, { boxes, votes, deltas, events }: FirstVotesOfBoxes): CompiledQuery<Written> {
  const columns = {
    ...boxColumns(boxes),
    ...tallyColumns(deltas),
    plans: numberArray(boxes.map(({ plan }) => plan)),
    epochsOfPlans: numberArray(boxes.map(({ epoch }) => epoch)),
    polls: idArray(votes.map(({ pollId }) => pollId)),
    voterKeys: idArray(votes.map(({ voterKey }) => voterKey)),
    choices: idArray(votes.map(({ ballot }) => `[${ballot}]`)),
    voteIds: idArray(votes.map(({ voteId }) => voteId)),
  }
  return events
    ? writeWithEvents.query(db, { ...columns, ...eventColumns(events.boxes), sinks: textArray(events.sinks) })
    : write.query(db, columns)
}
