import { type Kysely, sql } from 'kysely'
import type { OpenDatabase } from '../../ports/database.ts'
import { createSqlBallotStore } from './ballot-store.ts'
import { createSqlErasures } from './erasures.ts'
import { createSqlInvitationStore } from './invitation-store.ts'
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
): Pick<
  OpenDatabase,
  'polls' | 'ballots' | 'records' | 'invitations' | 'audit' | 'erasures' | 'sql' | 'claimKey' | 'check'
> {
  return {
    polls: createSqlPollStore(db, dialect),
    ballots: createSqlBallotStore(db, dialect),
    records: createSqlVoteRecords(db, dialect),
    invitations: createSqlInvitationStore(db, dialect),
    audit: createSqlVoteAudit(db, dialect),
    erasures: createSqlErasures(db, dialect),
    sql: { kind: dialect.kind, db, use: (work) => reading(dialect, work) },
    claimKey: (keyId) => reading(dialect, async () => (await claimSetting(db, dialect, 'key_id', keyId)) === keyId),
    async check() {
      await sql`update ${table('live_poll_settings')} set value = value where name = 'key_id'`.execute(db)
    },
  }
}
