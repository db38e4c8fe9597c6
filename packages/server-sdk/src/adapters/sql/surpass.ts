import { type Kysely, sql } from 'kysely'
import type { ShownVersion } from '../../ports/poll-store.ts'
import { lockPoll } from './lock-poll.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'
import { inTransaction } from './transaction.ts'

/** Puts a poll above what was shown of it (`PollStore.surpass`). */
export function surpass(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  pollId: string,
  shown: ShownVersion,
): Promise<boolean> {
  return inTransaction<boolean>(db, dialect, async (trx, earlier = false) => {
    const poll = await lockPoll(trx, dialect, pollId)
    if (!poll) return earlier
    const { facts, version } = poll
    if (facts.epoch > shown.epoch || (facts.epoch === shown.epoch && version > shown.version)) return earlier
    // As many versions were lost. Each change of the plan raised one, so that no plan of what was lost is as high: a vote
    // that was prepared against one is prepared again.
    const rise = Math.max(1, shown.version - version + 1)
    const isLaterEpoch = shown.epoch > facts.epoch
    const epoch = isLaterEpoch ? shown.epoch + 1 : facts.epoch
    await trx
      .updateTable('live_poll_polls')
      .set({
        epoch,
        plan: sql<number>`plan + ${rise}`,
        // The next edit must not take the number of an edition that screens may still hold.
        ...(shown.edition > facts.edition && { edition: shown.edition + 1 }),
        ...(facts.revealedEpoch === facts.epoch && { revealed_epoch: epoch }),
      })
      .where('id', '=', pollId)
      .execute()
    await trx
      .updateTable('live_poll_boxes')
      .set({ version: sql<number>`version + ${rise}` })
      .where('poll_id', '=', pollId)
      .where('box', '=', 0)
      .execute()
    return true
  })
}
