import { type Kysely, sql, type Transaction } from 'kysely'
import { joinHappenings, splitHappenings } from '../../domain/poll-event.ts'
import type { DeadKey, DeadRow, OutboxRow } from '../../ports/outbox.ts'
import { partsOf } from './parts.ts'
import { toDate } from './read-clock.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

/** Keeps rows that are given up. A row that is there already stays as it is. */
export async function buryRows(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  sink: string,
  rows: readonly OutboxRow[],
  reason: string,
): Promise<void> {
  for (const part of partsOf(rows)) {
    const values = part.map(({ pollId, box, epoch, seq, at, happenings }) => ({
      ...{ sink, poll_id: pollId, box, epoch, seq, at: dialect.time(at), events: joinHappenings(happenings) },
      ...{ died_at: dialect.clock, reason },
    }))
    await dialect.ifAbsent(trx.insertInto('live_poll_outbox_dead').values(values)).execute()
  }
}

export async function readDead(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  after: DeadKey | undefined,
  most: number,
): Promise<readonly DeadRow[]> {
  let query = db
    .selectFrom('live_poll_outbox_dead')
    .select(['sink', 'poll_id', 'box', 'epoch', 'seq', 'events', 'reason'])
    .select([dialect.millis(sql.ref('at')).as('atMillis'), dialect.millis(sql.ref('died_at')).as('diedMillis')])
  if (after) {
    const key = [
      ['sink', after.sink],
      ['poll_id', after.pollId],
      ['box', after.box],
      ['epoch', after.epoch],
      ['seq', after.seq],
    ] as const
    query = query.where((where) =>
      where.or(
        key.map(([column, value], index) =>
          where.and([
            ...key.slice(0, index).map(([equal, same]) => where(equal, '=', same)),
            where(column, '>', value),
          ]),
        ),
      ),
    )
  }
  const rows = await query
    .orderBy('sink')
    .orderBy('poll_id')
    .orderBy('box')
    .orderBy('epoch')
    .orderBy('seq')
    .limit(sql.lit(most))
    .execute()
  return rows.map(({ poll_id, seq, events, atMillis, diedMillis, ...row }) => ({
    ...row,
    ...{ pollId: poll_id, seq: Number(seq), happenings: splitHappenings(events) },
    ...{ at: toDate(atMillis ?? 0), diedAt: toDate(diedMillis ?? 0) },
  }))
}

/** Puts rows back where they wait for their sinks. @returns whether each was there */
export async function reviveRows(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  keys: readonly DeadKey[],
): Promise<readonly boolean[]> {
  const revived: boolean[] = []
  for (const { sink, pollId, box, epoch, seq } of keys) {
    const key = { sink, poll_id: pollId, box, epoch, seq }
    const row = await trx
      .selectFrom('live_poll_outbox_dead')
      .select(['events', dialect.millis(sql.ref('at')).as('atMillis')])
      .where((where) => where.and(key))
      .executeTakeFirst()
    revived.push(row !== undefined)
    if (!row) continue
    const values = { ...key, at: dialect.time(toDate(row.atMillis ?? 0)), events: row.events }
    await dialect.ifAbsent(trx.insertInto('live_poll_outbox').values(values)).execute()
    await trx
      .deleteFrom('live_poll_outbox_dead')
      .where((where) => where.and(key))
      .execute()
  }
  return revived
}
