import type { Kysely } from 'kysely'
import type { InvitationStore } from '../../ports/invitation-store.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'
import { inTransaction, reading } from './transaction.ts'

/** Rows of one insert. */
const pageSize = 500

/** Invitations on SQL. */
export function createSqlInvitationStore(db: Kysely<Tables>, dialect: SqlDialect): InvitationStore {
  const find = (id: string) =>
    db.selectFrom('live_poll_invitations').select('id').where('id', '=', id).where('revoked_at', 'is', null)

  async function count(
    pollId: string,
    table: 'live_poll_invitations' | 'live_poll_invitation_uses',
    isRevoked = false,
  ) {
    let query = db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number | string>().as('rows'))
      .where('poll_id', '=', pollId)
    if (isRevoked) query = query.where('revoked_at' as 'id', 'is not', null)
    return Number((await query.executeTakeFirstOrThrow()).rows)
  }

  return {
    add: (pollId, ids) =>
      inTransaction(db, dialect, async (trx) => {
        // The lock keeps the poll from being deleted meanwhile.
        const [box] = await dialect.lockBoxes(trx, [{ pollId, box: 0 }], true)
        if (!box) return false
        const sorted = [...ids].sort() // as votes lock them, where they are there already
        for (let start = 0; start < sorted.length; start += pageSize) {
          const rows = sorted
            .slice(start, start + pageSize)
            .map((id) => ({ id, poll_id: pollId, created_at: dialect.clock, revoked_at: null }))
          await dialect.ifAbsent(trx.insertInto('live_poll_invitations').values(rows)).execute()
        }
        return true
      }),

    isValid: (pollId, id) =>
      reading(dialect, async () => (await find(id).where('poll_id', '=', pollId).executeTakeFirst()) !== undefined),

    isKnown: (id) => reading(dialect, async () => (await find(id).executeTakeFirst()) !== undefined),

    count: (pollId) =>
      reading(dialect, async () => ({
        created: await count(pollId, 'live_poll_invitations'),
        used: await count(pollId, 'live_poll_invitation_uses'),
        revoked: await count(pollId, 'live_poll_invitations', true),
      })),

    revoke: (pollId, id) =>
      inTransaction(db, dialect, async (trx) => {
        const row = await trx
          .selectFrom('live_poll_invitations')
          .select('revoked_at')
          .where('id', '=', id)
          .where('poll_id', '=', pollId)
          .forUpdate()
          .executeTakeFirst()
        if (row?.revoked_at === null) {
          const now = { revoked_at: dialect.clock }
          await trx.updateTable('live_poll_invitations').set(now).where('id', '=', id).execute()
        }
        return row !== undefined
      }),
  }
}
