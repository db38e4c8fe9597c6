import { type CompiledQuery, type Kysely, sql } from 'kysely'
import { boxName } from '../sql/batch-changes.ts'
import { prepared } from '../sql/prepared.ts'
import type { FirstVotes, SqlDialect } from '../sql/sql-dialect.ts'
import { type Tables, table } from '../sql/tables.ts'
import { type BoxColumns, boxColumns, type TallyColumns, tallyColumns } from './ballot-statements.ts'
import { postgresMoments } from './postgres-moments.ts'
import { sendAlone } from './send-alone.ts'
import { type Column, idArray, numberArray, textArray } from './text-array.ts'
import { limits } from './transaction-limits.ts'

interface Columns extends BoxColumns, TallyColumns {
  readonly plans: Column
  readonly epochs: Column
  /** None where there is one box. */
  readonly polls: Column
  readonly voterKeys: Column
  readonly choices: Column
  readonly voteIds: Column
  readonly sinks: Column
  /** Of each box, between separators. */
  readonly events: string
}

interface Written {
  readonly written: number
}

const { clock } = postgresMoments

/** Whether a poll, as `p`, takes votes now. */
const isOpen = sql`p.closed_at is null
  and (p.opens_at is null or p.opens_at <= ${clock}) and (p.closes_at is null or p.closes_at > ${clock})`

/** Named as the tables are. */
const writeFunction = sql.table('live_poll_write_first_votes')

/** One box, whose values are the first of each array. */
const writeToOne = sql`
  update ${table('live_poll_boxes')} b set version = b.version + 1
  where b.poll_id = box_polls[1] and b.box = boxes[1]
  returning array[b.version] into risen;
  if not found then raise no_data_found; end if;
  perform from ${table('live_poll_polls')} p
  where p.id = box_polls[1] and p.plan = plans[1] and p.epoch = epochs[1] and ${isOpen};
  if not found then raise no_data_found; end if;
  insert into ${table('live_poll_votes')} (poll_id, voter_key, choices, vote_id, revision, accepted_at)
  select box_polls[1], v.*, 1, ${clock} from unnest(voter_keys, choices, vote_ids) as v`

/**
 * Boxes are locked in the order in which they are asked for, which is that of their keys. A join with an update would look each up
 * by its key only to look it up again where it lies, and ask the system for the size of the table each time. A box that is not
 * there comes out as 0, and is undone with the rest.
 *
 * Only for boxes it does not wait: whatever grows while others write waits for its turn, too, and that may take longer where all
 * are busy.
 */
const writeToSeveral = sql`
  perform set_config('lock_timeout', '2ms', true);
  with raised as (
    insert into ${table('live_poll_boxes')} as b (poll_id, box, version)
    select asked.*, 0 from unnest(box_polls, boxes) as asked
    on conflict (poll_id, box) do update set version = b.version + 1
    returning b.poll_id, b.box, b.version)
  select array_agg(version order by poll_id, box) into risen from raised;
  perform set_config('lock_timeout', ${sql.lit(limits.lock_timeout)}, true);
  if 0 = any(risen) then raise no_data_found; end if;
  select count(*) into opened from unnest(box_polls, plans, epochs) as asked (poll_id, plan, epoch)
  cross join lateral (
    select from ${table('live_poll_polls')} p
    where p.id = asked.poll_id and p.plan = asked.plan and p.epoch = asked.epoch and ${isOpen}
    offset 0) found;
  if opened < cardinality(boxes) then raise no_data_found; end if;
  insert into ${table('live_poll_votes')} (poll_id, voter_key, choices, vote_id, revision, accepted_at)
  select v.*, 1, ${clock} from unnest(polls, voter_keys, choices, vote_ids) as v`

/**
 * Writes votes, all or none, under the locks of their boxes. To raise a version locks the box, and each event goes into its
 * place, which is the version that its box has risen to. Decides as `decideVote` does about who has no vote yet: each of its
 * statements sees what was committed before it began, and the boxes are locked by the first; where that is not so, for the host
 * has its transactions see less, it writes none. To find out first whether voters are in the index takes as long again as to put
 * them there; and an error that is caught here ends no transaction, undoes what the function has written, and is in no log.
 *
 * For one box it waits as long as a transaction may wait for a lock; for one of several a moment, for the others can do without.
 * Its plans are made once and may outlive an empty table: they use indexes whatever the size.
 */
export const createWriteFunction = sql`
  create or replace function ${writeFunction} (
    box_polls text[], boxes int[], plans int[], epochs int[],
    polls text[], voter_keys text[], choices text[], vote_ids text[],
    tally_polls text[], tally_boxes int[], buckets text[], counts bigint[], sinks text[], events text)
  returns boolean language plpgsql
  set lock_timeout = ${sql.lit(limits.lock_timeout)}
  set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
  declare
    risen bigint[];
    opened bigint;
  begin
    if current_setting('transaction_isolation') <> 'read committed' then return false; end if;
    if cardinality(boxes) = 1 then
      ${writeToOne};
    else
      ${writeToSeveral};
    end if;
    insert into ${table('live_poll_tallies')} as t (poll_id, box, bucket, votes)
    select * from unnest(tally_polls, tally_boxes, buckets, counts)
    on conflict (poll_id, box, bucket) do update set votes = t.votes + excluded.votes;
    if cardinality(sinks) > 0 then
      insert into ${table('live_poll_outbox')} (sink, poll_id, box, epoch, seq, at, events)
      select s.sink, e.poll_id, e.box, e.epoch, e.seq, (select clock_timestamp()), e.events
      from unnest(box_polls, boxes, epochs, risen, string_to_array(events, chr(29))) as e (poll_id, box, epoch, seq, events)
      cross join unnest(sinks) as s (sink);
    end if;
    return true;
  exception when no_data_found or unique_violation or lock_not_available then
    return false;
  end $$`

const write = prepared((columns: Columns) => {
  const { boxPolls, boxes, plans, epochs, polls, voterKeys, choices, voteIds } = columns
  const { tallyPolls, tallyBoxes, buckets, counts, sinks, events } = columns
  return sql<Written>`
    select 1 as written where ${writeFunction}(
      ${boxPolls}::text[], ${boxes}::int[], ${plans}::int[], ${epochs}::int[],
      ${polls}::text[], ${voterKeys}::text[], ${choices}::text[], ${voteIds}::text[],
      ${tallyPolls}::text[], ${tallyBoxes}::int[], ${buckets}::text[], ${counts}::bigint[], ${sinks}::text[], ${events}::text)`
})

export const writeFirstVotes: NonNullable<SqlDialect['writeFirstVotes']> = async (db, votes) => {
  const [only] = votes.boxes
  const name = only && votes.boxes.length === 1 ? boxName(only) : undefined
  return (await sendAlone(db, writeQuery(db, votes), name)).length > 0
}

function writeQuery(db: Kysely<Tables>, { boxes, votes, deltas, events }: FirstVotes): CompiledQuery<Written> {
  return write.query(db, {
    ...boxColumns(boxes),
    plans: numberArray(boxes.map(({ plan }) => plan)),
    epochs: numberArray(boxes.map(({ epoch }) => epoch)),
    polls: boxes.length === 1 ? '{}' : idArray(votes.map(({ pollId }) => pollId)),
    voterKeys: idArray(votes.map(({ voterKey }) => voterKey)),
    choices: idArray(votes.map(({ ballot }) => (ballot.length === 1 ? `[${ballot[0]}]` : `[${ballot}]`))),
    voteIds: idArray(votes.map(({ voteId }) => voteId)),
    ...tallyColumns(deltas),
    sinks: textArray(events ? events.sinks : []),
    events: events ? events.boxes.map((box) => box.events).join('\x1d') : '',
  })
}
