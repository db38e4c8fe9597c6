import type { AuditEntry, VoidFilter } from '@live-poll/client-sdk/protocol'
import { type Kysely, sql } from 'kysely'
import type { VoteAudit } from '../../ports/vote-audit.ts'
import type { EventLog } from './event-log.ts'
import { toDate } from './read-clock.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'
import { reading } from './transaction.ts'
import { voidVotes } from './void-votes.ts'

/** Entries that are read at once. */
const mostEntries = 1000

/** Votes taken out, and the audit, on SQL. */
export function createSqlVoteAudit(db: Kysely<Tables>, dialect: SqlDialect, log: EventLog): VoteAudit {
  return {
    voidVotes: (pollId, request) => voidVotes(db, dialect, log, pollId, request),

    read: (pollId) =>
      reading(dialect, async () => {
        const rows = await db
          .selectFrom('live_poll_audit')
          .select(['id', 'action', 'actor', 'reason', 'votes', 'filter'])
          .select(dialect.millis(sql.ref('at')).as('atMillis'))
          .where('poll_id', '=', pollId)
          .orderBy('at', 'desc')
          .orderBy('id', 'desc')
          .limit(mostEntries)
          .execute()
        return rows.map(({ atMillis, action, filter, ...row }) => ({
          ...row,
          at: toDate(atMillis ?? 0).toISOString(),
          action: action as AuditEntry['action'],
          filter: filter === null ? null : (JSON.parse(filter) as VoidFilter),
        }))
      }),
  }
}
