import type { Kysely } from 'kysely'
import type { Erasures } from '../../ports/erasures.ts'
import { eraseVoter } from './erase-voter.ts'
import type { EventLog } from './event-log.ts'
import { partSize } from './parts.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'
import { inTransaction, reading } from './transaction.ts'

/** Forgetting one person, on SQL. */
export function createSqlErasures(db: Kysely<Tables>, dialect: SqlDialect, log: EventLog): Erasures {
  return {
    pollsAfter: (pollId) =>
      reading(dialect, () =>
        db
          .selectFrom('live_poll_polls')
          .select(['id', 'salt'])
          .where('id', '>', pollId)
          .orderBy('id')
          .limit(partSize)
          .execute(),
      ),

    find: (voters) =>
      reading(dialect, async () => {
        const votes = await dialect.readVotes(db, voters)
        const audited = await db
          .selectFrom('live_poll_audit')
          .select('poll_id')
          .distinct()
          .where(
            dialect.isOneOf(
              'poll_id',
              voters.map(({ pollId }) => pollId),
            ),
          )
          .where('filter', 'like', '%"voterKeys"%')
          .execute()
        return new Set([...votes.map(({ pollId }) => pollId), ...audited.map(({ poll_id }) => poll_id)])
      }),

    eraseVoter: (pollId, voterKey) => eraseVoter(db, dialect, log, pollId, voterKey),

    forgetOrganizer: (user, pollIds) =>
      inTransaction<readonly string[]>(db, dialect, async (trx, earlier = []) => {
        const owned = await trx
          .selectFrom('live_poll_polls')
          .select('id')
          .where(dialect.isOneOf('id', pollIds))
          .where('owner', '=', user)
          .orderBy('id')
          .execute()
        const ownedIds = owned.map(({ id }) => id)
        if (ownedIds.length > 0) {
          const isOwned = dialect.isOneOf('id', ownedIds)
          await trx.updateTable('live_poll_polls').set({ owner: null }).where(isOwned).execute()
          await trx.deleteFrom('live_poll_requests').where(dialect.isOneOf('poll_id', ownedIds)).execute()
        }
        const acted = await trx
          .selectFrom('live_poll_audit')
          .select('poll_id')
          .distinct()
          .where(dialect.isOneOf('poll_id', pollIds))
          .where('actor', '=', user)
          .execute()
        const actedIds = acted.map(({ poll_id }) => poll_id)
        if (actedIds.length > 0) {
          const isActed = dialect.isOneOf('poll_id', actedIds)
          await trx
            .updateTable('live_poll_audit')
            .set({ actor: null })
            .where(isActed)
            .where('actor', '=', user)
            .execute()
        }
        return [...new Set([...earlier, ...ownedIds, ...actedIds])]
      }),
  }
}
