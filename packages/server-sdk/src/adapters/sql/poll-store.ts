import { type Kysely, sql, type Transaction } from 'kysely'
import { decideEdit } from '../../domain/decide-edit.ts'
import { isDue, type PollRecord, pollState } from '../../domain/poll.ts'
import { parseCursor, toCursor } from '../../domain/poll-cursor.ts'
import { toPollInEvent } from '../../domain/poll-event.ts'
import type { EditOutcome, InsertOutcome, PollStore, TransitionOutcome } from '../../ports/poll-store.ts'
import { deleteOfPoll } from './delete-of-poll.ts'
import type { EventLog } from './event-log.ts'
import { changeImageUses, noImages } from './image-uses.ts'
import { insertPoll } from './insert-poll.ts'
import { closeIfDue, closeLocked, lockPoll, writePoll } from './lock-poll.ts'
import { readClock } from './read-clock.ts'
import { readPolls } from './read-polls.ts'
import { readVersions } from './read-versions.ts'
import { claimRequest, forgetRequests, releaseRequest } from './requests.ts'
import type { SqlDialect } from './sql-dialect.ts'
import { surpass } from './surpass.ts'
import type { Tables } from './tables.ts'
import { reading, inTransaction as transact } from './transaction.ts'
import { hasVotes, writeEdit } from './write-edit.ts'

/** What holds a poll's votes one by one: more than one statement can delete. */
const tablesOfVotes = ['live_poll_votes', 'live_poll_invitation_uses'] as const

/** What holds a few rows of a poll, besides the poll itself. */
const tablesOfPoll = ['live_poll_tallies', 'live_poll_audit', 'live_poll_choices', 'live_poll_boxes'] as const

/** Polls on SQL: whatever changes one that may have votes does so under the locks of all its boxes. */
export function createSqlPollStore(db: Kysely<Tables>, dialect: SqlDialect, log: EventLog): PollStore {
  const inTransaction = <T>(work: (trx: Transaction<Tables>, earlier: T | undefined) => Promise<T>) =>
    transact(db, dialect, work)

  async function readEach(pollIds: readonly string[]): Promise<readonly (PollRecord | undefined)[]> {
    const records = await readPolls(db, dialect, pollIds)
    const byId = new Map(records.map((record) => [record.facts.id, record]))
    return pollIds.map((id) => byId.get(id))
  }

  return {
    insert: (poll, idempotency) =>
      inTransaction<InsertOutcome>(async (trx, earlier) => {
        if (idempotency) {
          const claim = await claimRequest(trx, dialect, idempotency, poll.id)
          if (claim.kind !== 'inserted') return claim
        }
        const issues = await changeImageUses(trx, dialect, poll.owner, noImages, poll)
        if (issues.length > 0) {
          if (idempotency) await releaseRequest(trx, idempotency)
          return { kind: 'refused', code: 'INVALID', issues }
        }
        const isNew = await insertPoll(trx, dialect, poll, earlier !== undefined)
        if (isNew) {
          const choices = poll.choices.map(({ label }, index) => ({ id: index + 1, label }))
          const created = toPollInEvent({ ...poll, choices })
          await log.write(trx, { id: poll.id, epoch: 1 }, [{ type: 'poll.created', poll: created }])
        }
        return { kind: 'inserted' }
      }),

    async read(pollId) {
      const [record] = await reading(dialect, () => readPolls(db, dialect, [pollId]))
      return record
    },

    readMany: (pollIds) => reading(dialect, () => readEach(pollIds)),

    versions: (pollIds) => reading(dialect, () => readVersions(db, dialect, pollIds)),

    list: ({ after, limit }) =>
      reading(dialect, async () => {
        const cursor = after === undefined ? undefined : parseCursor(after)
        if (after !== undefined && !cursor) return undefined
        const createdAt = dialect.millis(sql.ref('created_at'))
        let query = db.selectFrom('live_poll_polls').select(['id', createdAt.as('createdAt')])
        if (cursor) {
          const before = dialect.time(cursor.createdAt)
          query = query.where((where) =>
            where.or([
              where('created_at', '<', before),
              where.and([where('created_at', '=', before), where('id', '<', cursor.id)]),
            ]),
          )
        }
        const rows = await query
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute()
        const page = rows.slice(0, limit)
        const last = rows.length > limit ? page.at(-1) : undefined
        const records = await readEach(page.map((row) => row.id))
        return {
          records: records.filter((record) => record !== undefined),
          next: last ? toCursor({ createdAt: new Date(Number(last.createdAt)), id: last.id }) : null,
        }
      }),

    open: (pollId) =>
      inTransaction(async (trx): Promise<TransitionOutcome> => {
        const poll = await lockPoll(trx, dialect, pollId)
        if (!poll) return 'not-found'
        const state = pollState(poll.facts, poll.now)
        if (state === 'closed' || isDue(poll.facts, poll.now)) return 'refused'
        if (state === 'open') return 'unchanged'
        await writePoll(trx, dialect, pollId, { opens_at: dialect.time(poll.now) })
        await log.write(trx, poll.facts, [{ type: 'poll.opened' }])
        return 'changed'
      }),

    close: (pollId, when) =>
      inTransaction(async (trx): Promise<TransitionOutcome> => {
        const poll = await lockPoll(trx, dialect, pollId)
        if (!poll) return 'not-found'
        if (poll.facts.closedAt) return 'unchanged'
        const { closedAt } = await closeIfDue(trx, dialect, log, poll)
        if (closedAt) return 'changed'
        if (when === 'due') return 'unchanged'
        await closeLocked(trx, dialect, log, poll, poll.now)
        return 'changed'
      }),

    edit: (pollId, edit) =>
      inTransaction(async (trx): Promise<EditOutcome> => {
        const poll = await lockPoll(trx, dialect, pollId)
        if (!poll) return { kind: 'not-found' }
        const facts = await closeIfDue(trx, dialect, log, poll)
        const decision = decideEdit(facts, edit, await hasVotes(trx, pollId), poll.now)
        if (decision.kind !== 'edited') return decision
        const issues = await changeImageUses(trx, dialect, facts.owner, facts, decision.facts)
        if (issues.length > 0) return { kind: 'refused', code: 'INVALID', issues }
        await writeEdit(trx, dialect, facts, decision)
        await log.write(trx, facts, [{ type: 'poll.edited', poll: toPollInEvent(decision.facts) }])
        return { kind: 'changed' }
      }),

    reset: (pollId, epoch) =>
      inTransaction(async (trx): Promise<TransitionOutcome> => {
        const poll = await lockPoll(trx, dialect, pollId)
        if (!poll) return 'not-found'
        const { facts, now } = poll
        if (epoch !== facts.epoch) return epoch < facts.epoch ? 'unchanged' : 'refused'
        for (const table of tablesOfVotes) await deleteOfPoll(trx, dialect, table, pollId)
        await trx.deleteFrom('live_poll_tallies').where('poll_id', '=', pollId).execute()
        const isOver = facts.closesAt !== null && facts.closesAt <= now
        await writePoll(trx, dialect, pollId, {
          epoch: epoch + 1,
          closed_at: null,
          closes_at: isOver || !facts.closesAt ? null : dialect.time(facts.closesAt),
        })
        await log.write(trx, { id: pollId, epoch: epoch + 1 }, [{ type: 'poll.reset' }])
        return 'changed'
      }),

    delete: (pollId) =>
      inTransaction(async (trx, earlier) => {
        const poll = await lockPoll(trx, dialect, pollId)
        if (!poll) return earlier ?? false
        await dialect.raiseVersions(trx, [{ pollId, box: 0 }])
        await log.write(trx, poll.facts, [{ type: 'poll.deleted' }])
        for (const table of [...tablesOfVotes, 'live_poll_invitations'] as const) {
          await deleteOfPoll(trx, dialect, table, pollId)
        }
        await changeImageUses(trx, dialect, poll.facts.owner, poll.facts, noImages)
        for (const table of tablesOfPoll) {
          await trx.deleteFrom(table).where('poll_id', '=', pollId).execute()
        }
        await trx.deleteFrom('live_poll_polls').where('id', '=', pollId).execute()
        return true
      }),

    async reveal(pollId, epoch) {
      await db
        .updateTable('live_poll_polls')
        .set({ revealed_epoch: epoch })
        .where('id', '=', pollId)
        .where('epoch', '=', epoch)
        .where((where) => where.or([where('revealed_epoch', 'is', null), where('revealed_epoch', '<>', epoch)]))
        .execute()
    },

    surpass: (pollId, shown) => surpass(db, dialect, pollId, shown),

    forgetRequests: (most) => reading(dialect, () => forgetRequests(db, dialect, most)),

    async turnedSince(since) {
      const now = await readClock(db, dialect)
      const rows = await db
        .selectFrom('live_poll_polls')
        .select('id')
        .where('closed_at', 'is', null)
        .where((where) => {
          const isDue = where('closes_at', '<=', dialect.time(now))
          if (!since) return isDue
          const hasOpened = [where('opens_at', '>', dialect.time(since)), where('opens_at', '<=', dialect.time(now))]
          return where.or([isDue, where.and(hasOpened)])
        })
        .execute()
      return { pollIds: rows.map(({ id }) => id), now }
    },
  }
}
