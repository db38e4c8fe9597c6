import { sql, type Transaction, type UpdateObject } from 'kysely'
import { isDue, type PollFacts, type PollRecord } from '../../domain/poll.ts'
import { toResults } from '../../domain/results.ts'
import type { EventLog } from './event-log.ts'
import { readPolls } from './read-polls.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

/** A poll under the locks of all its boxes, which were taken before the clock was read. */
export type LockedPoll = PollRecord

/**
 * Locks all boxes of a poll and then reads it. Box 0 first, the others in a new statement: in one statement, boxes added
 * while it waited would be missed.
 */
export async function lockPoll(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  pollId: string,
): Promise<LockedPoll | undefined> {
  await dialect.lockBoxes(trx, [{ pollId, box: 0 }], true)
  const boxes = await trx
    .selectFrom('live_poll_boxes')
    .select('box')
    .where('poll_id', '=', pollId)
    .orderBy('box')
    .execute()
  const others = boxes.filter(({ box }) => box !== 0).map(({ box }) => ({ pollId, box }))
  if (others.length > 0) await dialect.lockBoxes(trx, others, true)
  const [record] = await readPolls(trx, dialect, [pollId])
  return record
}

/**
 * Writes columns of a locked poll, and raises its plan, so that votes prepared before are prepared again, and a version,
 * so that no screen drops it.
 */
export async function writePoll(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  pollId: string,
  columns: UpdateObject<Tables, 'live_poll_polls'>,
): Promise<void> {
  await trx
    .updateTable('live_poll_polls')
    .set({ ...columns, plan: sql<number>`plan + 1` })
    .where('id', '=', pollId)
    .execute()
  await dialect.raiseVersions(trx, [{ pollId, box: 0 }])
}

/** Closes a locked poll as of its closing time, if that has come. @returns the poll after it */
export async function closeIfDue(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  log: EventLog,
  poll: LockedPoll,
): Promise<PollFacts> {
  const { facts, now } = poll
  return isDue(facts, now) && facts.closesAt ? closeLocked(trx, dialect, log, poll, facts.closesAt) : facts
}

/** Closes a locked poll that is not closed. @returns the poll after it */
export async function closeLocked(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  log: EventLog,
  poll: LockedPoll,
  closedAt: Date,
): Promise<PollFacts> {
  const facts = { ...poll.facts, closedAt }
  await writePoll(trx, dialect, facts.id, { closed_at: dialect.time(closedAt) })
  const results = toResults({ ...poll, facts, version: poll.version + 1 })
  await log.write(trx, facts, [
    { type: 'poll.closed', closedAt: closedAt.toISOString() },
    { type: 'results.final', results },
  ])
  return facts
}
