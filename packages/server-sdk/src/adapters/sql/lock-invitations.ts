import { sql, type Transaction } from 'kysely'
import type { InvitationRow } from '../../domain/decide-vote.ts'
import type { PreparedVote } from '../../ports/ballot-store.ts'
import { partsOf } from './parts.ts'
import type { SqlDialect } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'

/**
 * Locks the invitations that votes need, sorted, always after their boxes, and then reads who has used them: voters of two
 * boxes may come with one code. Those of polls that are not in the batch are left alone: nothing holds their polls.
 */
export async function lockInvitations(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  votes: readonly PreparedVote[],
): Promise<Map<string, InvitationRow>> {
  const asking = votes.filter(({ invitation }) => invitation !== undefined)
  const ids = [...new Set(asking.flatMap(({ invitation }) => invitation ?? []))].sort()
  const pollIds = [...new Set(asking.map(({ pollId }) => pollId))]
  const locked = new Map<string, InvitationRow>()
  for (const page of partsOf(ids)) {
    const { rows } = await sql<{ id: string; pollId: string; isRevoked: boolean | number }>`
      select id, poll_id as ${sql.ref('pollId')}, revoked_at is not null as ${sql.ref('isRevoked')}
      from ${table('live_poll_invitations')} ${dialect.alongKey}
      where ${dialect.isOneOf('id', page)} and ${dialect.isOneOf('poll_id', pollIds)}
      order by id for update`.execute(trx)
    const uses = await trx
      .selectFrom('live_poll_invitation_uses')
      .select(['id', 'voter_key'])
      .where(dialect.isOneOf('id', page))
      .execute()
    const usedBy = new Map(uses.map((use) => [use.id, use.voter_key]))
    for (const { id, pollId, isRevoked } of rows) {
      locked.set(id, { pollId, usedBy: usedBy.get(id) ?? null, isRevoked: Boolean(isRevoked) })
    }
  }
  return locked
}
