import type { Account } from '@live-poll/client-sdk/protocol'
import type { SqlConnection } from '../../ports/database.ts'
import { accountTables } from './account-tables.ts'

/** Needs no better-auth. @returns whether there is such an account */
export async function setAccountRole(
  connection: SqlConnection,
  email: string,
  role: Account['role'],
): Promise<boolean> {
  const { numUpdatedRows } = await accountTables(connection)
    .updateTable('live_poll_accounts')
    .set({ role, updated_at: new Date().toISOString() })
    .where('email', '=', email.trim().toLowerCase())
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function hasAccount(connection: SqlConnection, email: string): Promise<boolean> {
  const rows = await accountTables(connection)
    .selectFrom('live_poll_accounts')
    .select('id')
    .where('email', '=', email)
    .execute()
  return rows.length > 0
}

/** @returns those that are not there, or have expired by this node's clock, as better-auth sees it */
export async function readEndedSessions(
  connection: SqlConnection,
  sessions: readonly string[],
): Promise<readonly string[]> {
  if (sessions.length === 0) return []
  const rows = await accountTables(connection)
    .selectFrom('live_poll_account_sessions')
    .select('id')
    .where('id', 'in', sessions)
    .where('expires_at', '>', new Date().toISOString())
    .execute()
  const living = new Set(rows.map(({ id }) => id))
  return sessions.filter((session) => !living.has(session))
}

export async function isOrganizer(connection: SqlConnection, id: string): Promise<boolean> {
  const row = await accountTables(connection)
    .selectFrom('live_poll_accounts')
    .select('role')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.role === 'organizer'
}
