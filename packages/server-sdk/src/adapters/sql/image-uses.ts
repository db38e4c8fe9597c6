import type { Issue } from '@live-poll/client-sdk/protocol'
import { sql, type Transaction } from 'kysely'
import { imageIdsOf, missingImageIssues, type ShowsImages } from '../../domain/poll-images.ts'
import type { SqlDialect } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'

/** What shows no picture: a poll before it is there, or after. */
export const noImages: ShowsImages = { choices: [] }

/**
 * Locks the pictures that a poll begins or ceases to show, in the order of their ids, and counts them as used now. To be
 * called in the transaction that then writes the poll, after the locks of its boxes: one that is ready stays until that has
 * committed, and then whoever would remove it sees the poll.
 *
 * @param owner of the poll; null, it was made by the host's own code, which may show anybody's
 * @returns what the poll cannot show; nothing was changed where there is any
 */
export async function changeImageUses(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  owner: string | null,
  before: ShowsImages,
  after: ShowsImages,
): Promise<readonly Issue[]> {
  const [shown, toShow] = [new Set(imageIdsOf(before)), new Set(imageIdsOf(after))]
  const added = [...toShow].filter((id) => !shown.has(id))
  const changed = [...added, ...[...shown].filter((id) => !toShow.has(id))].sort()
  if (changed.length === 0) return []
  const isOneOfThem = dialect.isOneOf('id', changed)
  const { rows } = await sql<Pick<Tables['live_poll_images'], 'id' | 'owner' | 'state'>>`
    select id, owner, state from ${table('live_poll_images')} ${dialect.alongKey}
    where ${isOneOfThem} order by id for update`.execute(trx)
  const theirs = rows.filter((row) => row.state === 'ready' && (owner === null || row.owner === owner))
  const missing = new Set(added)
  for (const { id } of theirs) missing.delete(id)
  if (missing.size > 0) return missingImageIssues(after, missing)
  await sql`
    update ${table('live_poll_images')} ${dialect.alongKey} set last_used_at = ${dialect.clock}
    where ${isOneOfThem}`.execute(trx)
  return []
}
