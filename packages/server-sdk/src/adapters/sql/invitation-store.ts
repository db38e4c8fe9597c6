import { type Kysely, sql } from 'kysely'
import type { InvitationStore } from '../../ports/invitation-store.ts'
import { partsOf } from './parts.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'
import { inTransaction, reading } from './transaction.ts'

/** Invitations on SQL. */
export function createSqlInvitationStore(db: Kysely<Tables>, dialect: SqlDialect): InvitationStore {
  const find = (id: string) =>
    db.selectFrom('live_poll_invitations').select('id').where('id', '=', id).where('revoked_at', 'is', null)

  const ofPoll = (pollId: string) => db.selectFrom('live_poll_invitations').where('poll_id', '=', pollId)
  const usesOf = (pollId: string) => db.selectFrom('live_poll_invitation_uses').where('poll_id', '=', pollId)
  const rows = sql<number | string>`count(*)`.as('rows')

  return {
    add: (pollId, ids) =>
      inTransaction(db, dialect, async (trx) => {
        // The lock keeps the poll from being deleted meanwhile.
        const [box] = await dialect.lockBoxes(trx, [{ pollId, box: 0 }], true)
        if (!box) return false
        // Sorted, as votes lock them, where they are there already.
        for (const part of partsOf([...ids].sort())) {
          const rows = part.map((id) => ({ id, poll_id: pollId, created_at: dialect.clock, revoked_at: null }))
          await dialect.ifAbsent(trx.insertInto('live_poll_invitations').values(rows)).execute()
        }
        return true
      }),

    isValid: (pollId, id) =>
      reading(dialect, async () => isIt(id, await find(id).where('poll_id', '=', pollId).executeTakeFirst())),

    isKnown: (id) => reading(dialect, async () => isIt(id, await find(id).executeTakeFirst())),

    count: (pollId) =>
      reading(dialect, async () => {
        const created = await ofPoll(pollId).select(rows).executeTakeFirstOrThrow()
        const used = await usesOf(pollId).select(rows).executeTakeFirstOrThrow()
        const revoked = await ofPoll(pollId).where('revoked_at', 'is not', null).select(rows).executeTakeFirstOrThrow()
        return { created: Number(created.rows), used: Number(used.rows), revoked: Number(revoked.rows) }
      }),

    revoke: (pollId, id) =>
      inTransaction(db, dialect, async (trx) => {
        const row = await trx
          .selectFrom('live_poll_invitations')
          .select(['id', 'revoked_at'])
          .where('id', '=', id)
          .where('poll_id', '=', pollId)
          .forUpdate()
          .executeTakeFirst()
        if (row?.revoked_at === null && isIt(id, row)) {
          const now = { revoked_at: dialect.clock }
          await trx.updateTable('live_poll_invitations').set(now).where('id', '=', id).execute()
        }
        return isIt(id, row)
      }),
  }
}

/** MySQL takes a text with spaces at its end for the one without them. */
function isIt(id: string, row: { readonly id: string } | undefined): boolean {
  return row?.id === id
}
