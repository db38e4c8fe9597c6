import { type Kysely, sql } from 'kysely'
import { insertEvents } from '../sql/event-log.ts'
import { padded } from '../sql/parts.ts'
import type { BoxKey, SqlDialect } from '../sql/sql-dialect.ts'
import { type Tables, table } from '../sql/tables.ts'
import { classifyMysqlError, judgeMysqlSchemaError } from './mysql-errors.ts'
import { hasKey, inParts } from './row-lists.ts'
import { readUnsafeMysqlSettings } from './unsafe-settings.ts'

const alongKey = sql`force index (primary)`

/**
 * MySQL from 8.0 on and MariaDB from 10.6 on: only what both have. All of it relies on READ COMMITTED: under REPEATABLE
 * READ a lock on a row that is missing (a box of a poll just deleted, a voter who votes for the first time) is a lock on
 * the gap, two transactions hold it together, and each then waits for the other's insert.
 */
export const mysqlSql: SqlDialect = {
  kind: 'mysql',
  types: {
    // Not ascii: a parameter's characters are not known when a statement is prepared, and its column would be converted.
    id: sql`varchar(200) character set utf8mb4 collate utf8mb4_bin`,
    text: sql`mediumtext character set utf8mb4 collate utf8mb4_bin`,
    time: sql`datetime(3)`, // in UTC; a `timestamp` is read and written in the session's time zone
  },
  // When this statement began, so never before a lock that an earlier one waited for; in any time zone of the session.
  clock: sql<Date>`utc_timestamp(3)`,
  millis: (moment) => sql`timestampdiff(microsecond, '1970-01-01', ${moment}) div 1000`,
  time: (moment) => sql<Date>`${moment.toISOString().replace('T', ' ').replace('Z', '')}`,
  isOneOf: (column, values) =>
    values.length === 0 ? sql`false` : sql`${sql.ref(column)} in (${sql.join(padded(values))})`,
  pollsWithParts(pollIds, parts) {
    const isAsked = (column: string) => mysqlSql.isOneOf(column, pollIds)
    return sql`${table('live_poll_polls')} p join (${parts(isAsked)}) part on part.poll_id = p.id where ${isAsked('p.id')}`
  },
  alongKey,
  ifAbsent: (insert) => insert.ignore(),

  async lockBoxes(trx, boxes, wait) {
    const locked: BoxKey[] = []
    for (const part of inParts(boxes)) {
      // In the order of the index, which is the order of (poll, box): a scan of the table would meet other polls' locks.
      const { rows } = await sql<BoxKey>`
        select poll_id as pollId, box from ${table('live_poll_boxes')} ${alongKey}
        where ${hasKey('box', part.map(boxKey))} order by poll_id, box
        for update ${sql.raw(wait ? '' : 'skip locked')}`.execute(trx)
      locked.push(...rows)
    }
    return locked
  },

  async readVotes(db, voters) {
    const votes: Row[] = []
    for (const part of inParts(voters)) {
      const { rows } = await sql<Row>`
        select poll_id as pollId, voter_key as voterKey, choices, revision, vote_id as voteId,
          void_id is not null as isVoided
        from ${table('live_poll_votes')} ${alongKey}
        where ${hasKey(
          'voter_key',
          part.map((voter) => [voter.pollId, voter.voterKey]),
        )}`.execute(db)
      votes.push(...rows)
    }
    return votes.map(({ choices, isVoided, ...row }) => ({
      ...row,
      isVoided: Boolean(isVoided),
      ballot: choices === null ? null : JSON.parse(choices),
    }))
  },

  async writeBatch(trx, { votes, deltas, boxes, events }) {
    for (const part of inParts(votes)) {
      const rows = part.map(({ pollId, voterKey, row }) => {
        const choices = row.ballot && JSON.stringify(row.ballot)
        return sql`(${pollId}, ${voterKey}, ${choices}, ${row.revision}, ${row.voteId}, utc_timestamp(3))`
      })
      await sql`
        insert into ${table('live_poll_votes')} (poll_id, voter_key, choices, revision, vote_id, accepted_at)
        values ${sql.join(rows)}
        on duplicate key update choices = values(choices), revision = values(revision),
          vote_id = values(vote_id), accepted_at = values(accepted_at)`.execute(trx)
    }
    await mysqlSql.addTallies(trx, deltas)
    await mysqlSql.raiseVersions(trx, boxes)
    if (events) await insertEvents(trx, mysqlSql, events.sinks, events.boxes)
  },

  async useInvitations(trx, uses) {
    for (const part of inParts(uses)) {
      const rows = part.map(({ invitation, pollId, voterKey }) => sql`(${invitation}, ${pollId}, ${voterKey})`)
      await sql`
        insert ignore into ${table('live_poll_invitation_uses')} (id, poll_id, voter_key) values ${sql.join(rows)}`.execute(
        trx,
      )
    }
  },

  async addTallies(trx, deltas) {
    for (const part of inParts(deltas, (delta) => ({ ...delta, votes: 0 }))) {
      const rows = part.map(({ pollId, box, bucket, votes }) => sql`(${pollId}, ${box}, ${bucket}, ${votes})`)
      await sql`
        insert into ${table('live_poll_tallies')} (poll_id, box, bucket, votes) values ${sql.join(rows)}
        on duplicate key update votes = votes + values(votes)`.execute(trx)
    }
  },

  async raiseVersions(trx, boxes) {
    for (const part of inParts(boxes)) {
      await sql`
        update ${table('live_poll_boxes')} ${alongKey} set version = version + 1
        where ${hasKey('box', part.map(boxKey))}`.execute(trx)
    }
  },

  async limitReading(trx) {
    await sql`set @@session.wait_timeout = 600, @@session.net_write_timeout = 60`.execute(trx)
  },

  classify: classifyMysqlError,
  judgeSchemaError: judgeMysqlSchemaError,
  readUnsafeSettings: readUnsafeMysqlSettings,

  // Nothing undoes a statement that changes the schema: steps are safe to repeat instead.
  migrateAlone: (db, work) =>
    db.connection().execute(async (alone) => {
      await lockMigrations(alone)
      try {
        // A statement that waits for a table has all votes wait behind it: for an export to end, say.
        await sql`set @live_poll_lock_wait = @@session.lock_wait_timeout, @@session.lock_wait_timeout = 3`.execute(
          alone,
        )
        return await work(alone)
      } finally {
        await sql`set @@session.lock_wait_timeout = @live_poll_lock_wait`.execute(alone).catch(() => {})
        await sql`do release_lock(${migrationLock})`.execute(alone).catch(() => {}) // it goes with the connection
      }
    }),
}

interface Row {
  pollId: string
  voterKey: string
  choices: string | null
  revision: number
  voteId: string
  isVoided: boolean | number
}

const boxKey = ({ pollId, box }: BoxKey) => [pollId, box] as const

/** Names of locks are known to the whole server, and have at most 64 characters. */
const migrationLock = sql`concat('live_poll_', sha1(database()))`

/** @throws Error when somebody else has migrated for ten minutes */
async function lockMigrations(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{
    taken: number | string | null
  }>`select get_lock(${migrationLock}, 600) as taken`.execute(db)
  if (Number(rows[0]?.taken) !== 1) throw new Error('Another process has been migrating this database for ten minutes.')
}
