import { type Kysely, sql } from 'kysely'
import type { OpenDatabase } from '../../ports/database.ts'
import type { Logger } from '../../ports/logger.ts'
import { createSqlBallotStore } from './ballot-store.ts'
import { createSqlErasures } from './erasures.ts'
import { createEventLog } from './event-log.ts'
import { createSqlImageRecords } from './image-records.ts'
import { createSqlInvitationStore } from './invitation-store.ts'
import { createSqlOutbox } from './outbox.ts'
import { createSqlPollStore } from './poll-store.ts'
import { claimSetting } from './settings.ts'
import type { SqlDialect } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'
import { reading } from './transaction.ts'
import { createSqlVoteAudit } from './vote-audit.ts'
import { createSqlVoteRecords } from './vote-records.ts'

/** What every SQL adapter offers of its open database. */
export function openSqlDatabase(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  logger: Logger,
): Pick<
  OpenDatabase,
  | 'polls'
  | 'ballots'
  | 'records'
  | 'invitations'
  | 'audit'
  | 'erasures'
  | 'images'
  | 'outbox'
  | 'sql'
  | 'claimKey'
  | 'check'
> {
  const log = createEventLog(dialect)
  return {
    polls: createSqlPollStore(db, dialect, log),
    ballots: createSqlBallotStore(db, dialect, log, logger),
    records: createSqlVoteRecords(db, dialect),
    invitations: createSqlInvitationStore(db, dialect),
    audit: createSqlVoteAudit(db, dialect, log),
    erasures: createSqlErasures(db, dialect, log),
    images: createSqlImageRecords(db, dialect),
    outbox: createSqlOutbox(db, dialect, log.sinks),
    sql: { kind: dialect.kind, db, use: (work) => reading(dialect, work) },
    claimKey: (keyId) => reading(dialect, async () => (await claimSetting(db, dialect, 'key_id', keyId)) === keyId),
    async check() {
      await sql`update ${table('live_poll_settings')} set value = value where name = 'key_id'`.execute(db)
    },
  }
}
