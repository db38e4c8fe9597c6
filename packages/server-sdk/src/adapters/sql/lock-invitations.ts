import type { Transaction } from 'kysely'
import type { InvitationRow } from '../../domain/decide-vote.ts'
import type { PreparedVote } from '../../ports/ballot-store.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

/**
 * Locks the invitations that votes need, always after their boxes, and then reads who has used them: voters of two boxes
 * may come with one code.
 */
export async function lockInvitations(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  votes: readonly PreparedVote[],
): Promise<Map<string, InvitationRow>> {
  const ids = [...new Set(votes.flatMap(({ invitation }) => invitation ?? []))].sort()
  if (ids.length === 0) return new Map()
  const invitations = await trx
    .selectFrom('live_poll_invitations')
    .select(['id', 'poll_id', 'revoked_at'])
    .where(dialect.isOneOf('id', ids))
    .orderBy('id')
    .forUpdate()
    .execute()
  const uses = await trx
    .selectFrom('live_poll_invitation_uses')
    .select(['id', 'voter_key'])
    .where(dialect.isOneOf('id', ids))
    .execute()
  const usedBy = new Map(uses.map((use) => [use.id, use.voter_key]))
  return new Map(
    invitations.map(({ id, poll_id, revoked_at }) => [
      id,
      { pollId: poll_id, usedBy: usedBy.get(id) ?? null, isRevoked: revoked_at !== null },
    ]),
  )
}
