import { sql } from 'kysely'
import type { SqlDialect } from '../sql/sql-dialect.ts'
import { table } from '../sql/tables.ts'
import { addTallies, boxColumns, lockQuery, raiseVersions, tallyColumns, writeQuery } from './ballot-statements.ts'
import { compressOutbox } from './compress-outbox.ts'
import { createWriteFunction, writeFirstVotes } from './first-votes.ts'
import { classifyPostgresError, judgePostgresSchemaError } from './postgres-errors.ts'
import { postgresMoments } from './postgres-moments.ts'
import { readPostgresBatch, readPostgresVotes } from './postgres-reading.ts'
import { beginMigration, readInOrder } from './transaction-limits.ts'
import { readUnsafePostgresSettings } from './unsafe-settings.ts'

/** Postgres, and the embedded database, which is Postgres. One array a column: one prepared text for any batch size. */
export const postgresSql: SqlDialect = {
  ...postgresMoments,
  kind: 'postgres',
  types: { id: sql`text collate "C"`, text: 'text', time: sql`timestamptz(3)` },
  isOneOf: (column, values) => sql`${sql.ref(column)} = any(${values}::text[])`,
  // How many are asked for is not to be seen in the list: a plan made for one number would be made anew for each other one. So
  // ten are taken for granted; for more than that it would be compiled to machine code, which takes longer than to carry it out.
  pollsWithParts: (pollIds, parts) => sql`
    unnest((select ${pollIds}::text[])) as poll (asked)
    cross join lateral (select * from ${table('live_poll_polls')} found where found.id = poll.asked offset 0) p
    cross join lateral (${parts((column) => sql`${sql.ref(column)} = poll.asked`)}) part`,
  alongKey: sql``, // what a condition leaves out is not locked, and what is locked is sorted before
  ifAbsent: (insert) => insert.onConflict((conflict) => conflict.doNothing()),

  async lockBoxes(trx, boxes, wait) {
    return (await trx.executeQuery(lockQuery(trx, boxes, wait))).rows
  },
  readVotes: readPostgresVotes,
  readBatch: readPostgresBatch,

  async writeBatch(trx, batch) {
    await trx.executeQuery(writeQuery(trx, batch))
  },

  writeFirstVotes,
  functions: [createWriteFunction],
  compressOutbox,

  async useInvitations(trx, uses) {
    await sql`
      insert into ${table('live_poll_invitation_uses')} (id, poll_id, voter_key)
      select * from unnest(
        ${uses.map((u) => u.invitation)}::text[], ${uses.map((u) => u.pollId)}::text[],
        ${uses.map((u) => u.voterKey)}::text[])`.execute(trx)
  },

  async addTallies(trx, deltas) {
    await addTallies(trx, tallyColumns(deltas))
  },

  async raiseVersions(trx, boxes) {
    await raiseVersions(trx, boxColumns(boxes))
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
