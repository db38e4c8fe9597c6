import { type Kysely, sql, type Transaction } from 'kysely'
import { isDue, pollState } from '../../domain/poll.ts'
import type { Idempotency, InsertOutcome, PollStore, PollToInsert, TransitionOutcome } from '../../ports/poll-store.ts'
import { readPolls } from './read-polls.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

export function createSqlPollStore(db: Kysely<Tables>, dialect: SqlDialect): PollStore {
  const inTransaction = <T>(work: (trx: Transaction<Tables>) => Promise<T>) =>
    db.transaction().setIsolationLevel('read committed').execute(work)

  /**
   * Locks all boxes of a poll and then reads its row. Box 0 first, the others in a new statement: in one statement,
   * boxes added while it waited would be missed.
   */
  async function lockPoll(trx: Transaction<Tables>, pollId: string) {
    await dialect.lockBoxes(trx, [{ pollId, box: 0 }], true)
    const boxes = await trx.selectFrom('live_poll_boxes').select('box').where('poll_id', '=', pollId).execute()
    const others = boxes.filter(({ box }) => box !== 0).map(({ box }) => ({ pollId, box }))
    if (others.length > 0) await dialect.lockBoxes(trx, others, true)
    return trx
      .selectFrom('live_poll_polls')
      .select(['opens_at as opensAt', 'closes_at as closesAt', 'closed_at as closedAt', dialect.clock.as('now')])
      .where('id', '=', pollId)
      .executeTakeFirst()
  }

  /** Raises the plan, so that votes prepared before are prepared again, and a version, so that no screen drops it. */
  async function writeTimes(trx: Transaction<Tables>, pollId: string, times: { opens_at: Date } | { closed_at: Date }) {
    await trx
      .updateTable('live_poll_polls')
      .set({ ...times, plan: sql<number>`plan + 1` })
      .where('id', '=', pollId)
      .execute()
    await dialect.raiseVersions(trx, [{ pollId, box: 0 }])
  }

  async function insertPoll(trx: Transaction<Tables>, poll: PollToInsert) {
    await trx
      .insertInto('live_poll_polls')
      .values({
        id: poll.id,
        question: poll.question,
        ballot: JSON.stringify(poll.ballot),
        show_results: poll.showResults,
        can_change: poll.canChange,
        opens_at: poll.opensAt,
        closes_at: poll.closesAt,
        closed_at: null,
        min_voters: poll.minVoters,
        last_choice_id: poll.labels.length,
        boxes: poll.boxes,
        plan: 1,
        edition: 1,
        epoch: 1,
        salt: poll.salt,
        owner: poll.owner,
      })
      .execute()
    const choices = poll.labels.map((label, index) => ({ poll_id: poll.id, id: index + 1, label, position: index }))
    await trx.insertInto('live_poll_choices').values(choices).execute()
    const boxes = Array.from({ length: poll.boxes }, (_, box) => ({ poll_id: poll.id, box, version: 0 }))
    await trx.insertInto('live_poll_boxes').values(boxes).execute()
  }

  /** Claims the key for `pollId`, or says what it stands for. */
  async function claimRequest(
    trx: Transaction<Tables>,
    { key, bodyHash, life }: Idempotency,
    pollId: string,
  ): Promise<InsertOutcome> {
    const now = new Date()
    await trx.deleteFrom('live_poll_requests').where('expires_at', '<=', now).execute()
    const claim = {
      idempotency_key: key,
      body_hash: bodyHash,
      poll_id: pollId,
      expires_at: new Date(now.getTime() + life),
    }
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('live_poll_requests')
      .values(claim)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow()
    if (numInsertedOrUpdatedRows === 1n) return { kind: 'inserted' }
    const earlier = await trx
      .selectFrom('live_poll_requests')
      .select(['body_hash', 'poll_id'])
      .where('idempotency_key', '=', key)
      .executeTakeFirstOrThrow()
    return earlier.body_hash === bodyHash ? { kind: 'repeated', pollId: earlier.poll_id } : { kind: 'key-reused' }
  }

  return {
    insert: (poll, idempotency) =>
      inTransaction(async (trx) => {
        if (idempotency) {
          const claim = await claimRequest(trx, idempotency, poll.id)
          if (claim.kind !== 'inserted') return claim
        }
        await insertPoll(trx, poll)
        return { kind: 'inserted' }
      }),

    async read(pollId) {
      const [record] = await readPolls(db, dialect, [pollId])
      return record
    },

    async list({ after, limit }) {
      const cursor = after === undefined ? undefined : parseCursor(after)
      if (after !== undefined && !cursor) return undefined
      let query = db.selectFrom('live_poll_polls').select(['id', 'created_at'])
      if (cursor) {
        query = query.where((where) =>
          where.or([
            where('created_at', '<', cursor.createdAt),
            where.and([where('created_at', '=', cursor.createdAt), where('id', '<', cursor.id)]),
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
      const ids = page.map((row) => row.id)
      const records = new Map((await readPolls(db, dialect, ids)).map((record) => [record.facts.id, record]))
      return {
        records: ids.flatMap((id) => records.get(id) ?? []),
        next: last ? `${last.created_at.getTime()}_${last.id}` : null,
      }
    },

    open: (pollId) =>
      inTransaction(async (trx): Promise<TransitionOutcome> => {
        const poll = await lockPoll(trx, pollId)
        if (!poll) return 'not-found'
        const state = pollState(poll, poll.now)
        if (state === 'closed' || isDue(poll, poll.now)) return 'refused'
        if (state === 'open') return 'unchanged'
        await writeTimes(trx, pollId, { opens_at: poll.now })
        return 'changed'
      }),

    close: (pollId, when) =>
      inTransaction(async (trx): Promise<TransitionOutcome> => {
        const poll = await lockPoll(trx, pollId)
        if (!poll) return 'not-found'
        const due = isDue(poll, poll.now)
        if (poll.closedAt || (when === 'due' && !due)) return 'unchanged'
        await writeTimes(trx, pollId, { closed_at: due && poll.closesAt ? poll.closesAt : poll.now })
        return 'changed'
      }),

    async turnedSince(since) {
      const { rows } = await sql<{ now: Date; id: string | null }>`
        select clock.now, p.id from (select ${dialect.clock} as now) as clock
        left join live_poll_polls p on p.closed_at is null
          and (p.closes_at <= clock.now or (p.opens_at > ${since ?? null} and p.opens_at <= clock.now))`.execute(db)
      return { pollIds: rows.flatMap((row) => row.id ?? []), now: rows[0]?.now ?? since ?? new Date(0) }
    },
  }
}

/** Times of at most 14 digits, which end in the year 5138: every database knows them. */
function parseCursor(cursor: string): { createdAt: Date; id: string } | undefined {
  const match = /^(\d{1,14})_([\w-]+)$/.exec(cursor)
  return match?.[1] && match[2] ? { createdAt: new Date(Number(match[1])), id: match[2] } : undefined
}
