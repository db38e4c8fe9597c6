import type { Kysely } from 'kysely'
import type { VoteRecords } from '../../ports/vote-records.ts'
import { exportVotes } from './export-votes.ts'
import { recount } from './recount.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

/** A poll's votes one by one, on SQL: counted again, and read out. */
export function createSqlVoteRecords(db: Kysely<Tables>, dialect: SqlDialect): VoteRecords {
  return {
    recount: (pollId, onRows = () => {}) => recount(db, dialect, pollId, onRows),
    read: (pollId) => exportVotes(db, dialect, pollId),
  }
}
