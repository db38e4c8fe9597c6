import { sql } from 'kysely'
import type { BoxKey, SqlDialect, TallyDelta } from '../sql/sql-dialect.ts'
import { table } from '../sql/tables.ts'
import { classifyPostgresError, judgePostgresSchemaError } from './postgres-errors.ts'
import { readPostgresBatch, readPostgresVotes } from './postgres-reading.ts'
import { textArray } from './text-array.ts'
import { beginMigration, readInOrder } from './transaction-limits.ts'
import { readUnsafePostgresSettings } from './unsafe-settings.ts'

/** Postgres, and the embedded database, which is Postgres. One array a column: one prepared text for any batch size. */
export const postgresSql: SqlDialect = {
  kind: 'postgres',
  types: { id: sql`text collate "C"`, text: 'text', time: sql`timestamptz(3)` },
  clock: sql<Date>`clock_timestamp()`,
  // Before version 14 epochs are floating point: whole milliseconds come out near, and are rounded to what they were.
  millis: (moment) => sql`round(extract(epoch from date_trunc('milliseconds', ${moment})) * 1000)::bigint`,
  time: (moment) => sql<Date>`${moment.toISOString()}::timestamptz`,
  isOneOf: (column, values) => sql`${sql.ref(column)} = any(${values}::text[])`,
  alongKey: sql``, // what a condition leaves out is not locked, and what is locked is sorted before
  ifAbsent: (insert) => insert.onConflict((conflict) => conflict.doNothing()),

  async lockBoxes(trx, boxes, wait) {
    const { rows } = await sql<{ pollId: string; box: number }>`
      select poll_id as "pollId", box from ${table('live_poll_boxes')}
      where ${isOneOfBoxes(boxes)}
      order by poll_id, box
      for no key update ${sql.raw(wait ? '' : 'skip locked')}`.execute(trx)
    return rows
  },

  readVotes: readPostgresVotes,
  readBatch: (...asked) => readPostgresBatch(postgresSql, ...asked),

  async writeBatch(trx, { votes, deltas, boxes }) {
    await sql`
      with written as (
        insert into ${table('live_poll_votes')} (poll_id, voter_key, choices, revision, vote_id, accepted_at)
        select *, clock_timestamp() from unnest(
          ${textArray(votes.map((v) => v.pollId))}::text[], ${textArray(votes.map((v) => v.voterKey))}::text[],
          ${textArray(votes.map(({ row }) => row.ballot && `[${row.ballot}]`))}::text[],
          ${`{${votes.map(({ row }) => row.revision)}}`}::int[], ${textArray(votes.map(({ row }) => row.voteId))}::text[])
        on conflict (poll_id, voter_key) do update set choices = excluded.choices,
          revision = excluded.revision, vote_id = excluded.vote_id, accepted_at = excluded.accepted_at),
      counted as (${insertTallies(deltas)})
      ${raiseBoxes(boxes)}`.execute(trx)
  },

  async useInvitations(trx, uses) {
    await sql`
      insert into ${table('live_poll_invitation_uses')} (id, poll_id, voter_key)
      select * from unnest(
        ${uses.map((u) => u.invitation)}::text[], ${uses.map((u) => u.pollId)}::text[],
        ${uses.map((u) => u.voterKey)}::text[])`.execute(trx)
  },

  async addTallies(trx, deltas) {
    await insertTallies(deltas).execute(trx)
  },

  async raiseVersions(trx, boxes) {
    await raiseBoxes(boxes).execute(trx)
  },

  readInOrder,
  classify: classifyPostgresError,
  judgeSchemaError: judgePostgresSchemaError,
  readUnsafeSettings: readUnsafePostgresSettings,

  migrateAlone: (db, work) =>
    db.transaction().execute(async (trx) => {
      await beginMigration(trx)
      return work(trx)
    }),
}

function insertTallies(deltas: readonly TallyDelta[]) {
  return sql`
    insert into ${table('live_poll_tallies')} as t (poll_id, box, bucket, votes)
    select * from unnest(
      ${textArray(deltas.map((d) => d.pollId))}::text[], ${deltas.map((d) => d.box)}::int[],
      ${textArray(deltas.map((d) => d.bucket))}::text[], ${deltas.map((d) => d.votes)}::bigint[])
    on conflict (poll_id, box, bucket) do update set votes = t.votes + excluded.votes`
}

function raiseBoxes(boxes: readonly BoxKey[]) {
  return sql`update ${table('live_poll_boxes')} set version = version + 1 where ${isOneOfBoxes(boxes)}`
}

function isOneOfBoxes(boxes: readonly BoxKey[]) {
  return sql`(poll_id, box) in (select * from unnest(
    ${textArray(boxes.map((b) => b.pollId))}::text[], ${boxes.map((b) => b.box)}::int[]))`
}
