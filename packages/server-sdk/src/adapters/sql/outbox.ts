import { type ExpressionBuilder, type Kysely, sql, type Transaction } from 'kysely'
import { splitHappenings } from '../../domain/poll-event.ts'
import {
  type ClaimedLane,
  type Lane,
  type Outbox,
  type OutboxRow,
  type PendingLane,
  wholePoll,
} from '../../ports/outbox.ts'
import { buryRows, readDead, reviveRows } from './dead-letters.ts'
import { mergeBoxes } from './merge-boxes.ts'
import { padded } from './parts.ts'
import { readClock, toDate } from './read-clock.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'
import { inTransaction, reading } from './transaction.ts'

/** Rows among which lanes are looked for at once: one with many of them takes all, and is passed over in one step. */
const pageSize = 500

/**
 * The outbox on SQL. A lane is claimed on a row of its own, never on its box: votes do not wait for who delivers them. Rows
 * of a lane commit in the order of their places, for whoever writes one holds the box.
 */
export function createSqlOutbox(db: Kysely<Tables>, dialect: SqlDialect, sinks: Set<string>): Outbox {
  /** The lanes of the first rows after one. */
  async function readPage(
    sink: string,
    order: 'box' | 'poll',
    after: Lane | undefined,
    now: Date,
  ): Promise<readonly PendingLane[]> {
    let query = db
      .selectFrom('live_poll_outbox')
      .select(['poll_id', 'box'])
      .select(dialect.millis(sql.ref('at')).as('atMillis'))
      .where('sink', '=', sink)
    if (after) {
      const { pollId, box } = after
      query = query.where((where) => {
        const isLaterPoll = where('poll_id', '>', pollId)
        if (order === 'poll') return isLaterPoll
        return where.or([isLaterPoll, where.and([where('poll_id', '=', pollId), where('box', '>', box)])])
      })
    }
    const rows = await query
      .orderBy('poll_id')
      .orderBy('box')
      .orderBy('epoch')
      .orderBy('seq')
      .limit(sql.lit(pageSize))
      .execute()
    const lanes = rows.map(({ poll_id, box, atMillis }) => ({
      ...{ pollId: poll_id, box: order === 'poll' ? wholePoll : box },
      age: now.getTime() - Number(atMillis),
    }))
    return lanes.filter((lane, index) => index === 0 || !isSameLane(lane, lanes[index - 1] as Lane))
  }

  /** Of one snapshot: a row of one box is never had without those of others that were committed before it. */
  function readPoll(sink: string, pollId: string, most: number): Promise<readonly OutboxRow[]> {
    const snapshot = db.transaction().setIsolationLevel('repeatable read')
    return snapshot.execute(async (trx) => {
      const boxes = await trx
        .selectFrom('live_poll_outbox')
        .select('box')
        .distinct()
        .where('sink', '=', sink)
        .where('poll_id', '=', pollId)
        .execute()
      const each: (readonly OutboxRow[])[] = []
      for (const { box } of boxes) each.push(await readBox(trx, sink, { pollId, box }, most))
      return mergeBoxes(each, most)
    })
  }

  async function readBox(from: Kysely<Tables>, sink: string, { pollId, box }: Lane, most: number) {
    const rows = await from
      .selectFrom('live_poll_outbox')
      .select(['epoch', 'seq', 'events'])
      .select(dialect.millis(sql.ref('at')).as('atMillis'))
      .where('sink', '=', sink)
      .where('poll_id', '=', pollId)
      .where('box', '=', box)
      .orderBy('epoch')
      .orderBy('seq')
      .limit(sql.lit(most))
      .execute()
    return rows.map(
      ({ epoch, seq, atMillis, events }): OutboxRow => ({
        ...{ pollId, box, epoch, seq: Number(seq), at: toDate(atMillis ?? 0) },
        happenings: splitHappenings(events),
      }),
    )
  }

  return {
    keepFor(names) {
      for (const name of names) sinks.add(name)
    },

    pending: (sink, order, after, most) =>
      reading(dialect, async () => {
        const now = await readClock(db, dialect)
        const lanes: PendingLane[] = []
        for (let last = after; lanes.length < most; ) {
          const page = await readPage(sink, order, last, now)
          if (page.length === 0) break
          lanes.push(...page)
          last = page.at(-1)
        }
        return lanes.slice(0, most)
      }),

    claim: (sink, lanes, claimant, life) =>
      inTransaction(db, dialect, async (trx) => {
        const now = await readClock(trx, dialect)
        const wanted = padded(sorted(lanes)) // few different texts of statements
        const rows = wanted.map(({ pollId, box }) => ({ sink, poll_id: pollId, box, failures: 0 }))
        await dialect.ifAbsent(trx.insertInto('live_poll_outbox_lanes').values(rows)).execute()
        const moment = dialect.time(now)
        const free = await trx
          .selectFrom('live_poll_outbox_lanes')
          .select(['poll_id', 'box', 'failures'])
          .where('sink', '=', sink)
          .where((where) => isOneOf(where, wanted))
          .where((where) => where.or([where('claimed_until', 'is', null), where('claimed_until', '<=', moment)]))
          .where((where) => where.or([where('retry_at', 'is', null), where('retry_at', '<=', moment)]))
          .orderBy('poll_id')
          .orderBy('box')
          .forUpdate()
          .skipLocked()
          .execute()
        const claimed = free.map(({ poll_id, box, failures }): ClaimedLane => ({ pollId: poll_id, box, failures }))
        if (claimed.length === 0) return claimed
        await trx
          .updateTable('live_poll_outbox_lanes')
          .set({ claimed_by: claimant, claimed_until: dialect.time(new Date(now.getTime() + life)) })
          .where('sink', '=', sink)
          .where((where) => isOneOf(where, padded(claimed)))
          .execute()
        return claimed
      }),

    renew: (sink, claimant, life) =>
      reading(dialect, async () => {
        const now = await readClock(db, dialect)
        await db
          .updateTable('live_poll_outbox_lanes')
          .set({ claimed_until: dialect.time(new Date(now.getTime() + life)) })
          .where('sink', '=', sink)
          .where('claimed_by', '=', claimant)
          .execute()
      }),

    read: (sink, lane, most) =>
      reading(dialect, () =>
        lane.box === wholePoll ? readPoll(sink, lane.pollId, most) : readBox(db, sink, lane, most),
      ),

    remove: (sink, rows) => inTransaction(db, dialect, (trx) => removeRows(trx, sink, rows)),

    async release(sink, { pollId, box }, claimant) {
      await inTransaction(db, dialect, (trx) =>
        trx
          .deleteFrom('live_poll_outbox_lanes')
          .where('sink', '=', sink)
          .where('poll_id', '=', pollId)
          .where('box', '=', box)
          .where('claimed_by', '=', claimant)
          .execute(),
      )
    },

    async postpone(sink, { pollId, box }, claimant, pause) {
      await inTransaction(db, dialect, async (trx) => {
        const now = await readClock(trx, dialect)
        await trx
          .updateTable('live_poll_outbox_lanes')
          .set({
            ...{ claimed_by: null, claimed_until: null, failures: sql<number>`failures + 1` },
            retry_at: dialect.time(new Date(now.getTime() + pause)),
          })
          .where('sink', '=', sink)
          .where('poll_id', '=', pollId)
          .where('box', '=', box)
          .where('claimed_by', '=', claimant)
          .execute()
      })
    },

    bury: (sink, rows, reason) =>
      inTransaction(db, dialect, async (trx) => {
        await buryRows(trx, dialect, sink, rows, reason)
        await removeRows(trx, sink, rows)
      }),

    dead: (after, most) => reading(dialect, () => readDead(db, dialect, after, most)),

    revive: (rows) => inTransaction(db, dialect, (trx) => reviveRows(trx, dialect, rows)),
  }
}

/** Each by its key: a dead row may come back between two of them meanwhile. */
async function removeRows(trx: Transaction<Tables>, sink: string, rows: readonly OutboxRow[]): Promise<void> {
  for (const { pollId, box, epoch, seqs } of groupsOf(rows)) {
    await trx
      .deleteFrom('live_poll_outbox')
      .where('sink', '=', sink)
      .where('poll_id', '=', pollId)
      .where('box', '=', box)
      .where('epoch', '=', epoch)
      .where('seq', 'in', padded(seqs))
      .execute()
  }
}

const isSameLane = (a: Lane, b: Lane) => a.pollId === b.pollId && a.box === b.box

type Lanes = ExpressionBuilder<Tables, 'live_poll_outbox_lanes'>

function isOneOf(where: Lanes, lanes: readonly Lane[]) {
  return where.or(lanes.map(({ pollId, box }) => where.and({ poll_id: pollId, box })))
}

/** Two nodes that insert the same lanes do so in the same order. */
function sorted(lanes: readonly Lane[]): readonly Lane[] {
  return [...lanes].sort((a, b) => (a.pollId === b.pollId ? a.box - b.box : a.pollId < b.pollId ? -1 : 1))
}

interface Group {
  readonly pollId: string
  readonly box: number
  readonly epoch: number
  readonly seqs: number[]
}

/** By box and epoch. */
function groupsOf(rows: readonly OutboxRow[]): Iterable<Group> {
  const groups = new Map<string, Group>()
  for (const { pollId, box, epoch, seq } of rows) {
    const name = `${pollId}/${box}/${epoch}`
    const group = groups.get(name) ?? { pollId, box, epoch, seqs: [] }
    groups.set(name, group)
    group.seqs.push(seq)
  }
  return groups.values()
}
