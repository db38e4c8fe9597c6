import { sql } from 'kysely'
import type { SqlDialect } from '../sql/sql-dialect.ts'
import { table } from '../sql/tables.ts'
import {
  addTallies,
  boxColumns,
  lockQuery,
  raiseVersions,
  tallyColumns,
  voteColumns,
  write,
} from './ballot-statements.ts'
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
  alongKey: sql``, // what a condition leaves out is not locked, and what is locked is sorted before
  ifAbsent: (insert) => insert.onConflict((conflict) => conflict.doNothing()),

  async lockBoxes(trx, boxes, wait) {
    return (await trx.executeQuery(lockQuery(trx, boxes, wait))).rows
  },
  readVotes: readPostgresVotes,
  readBatch: readPostgresBatch,

  async writeBatch(trx, { votes, deltas, boxes }) {
    await write(trx, { ...voteColumns(votes), ...tallyColumns(deltas), ...boxColumns(boxes) })
  },

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
