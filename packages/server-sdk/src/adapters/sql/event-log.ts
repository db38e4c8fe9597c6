import type { Transaction } from 'kysely'
import { type Happening, joinHappenings } from '../../domain/poll-event.ts'
import { partsOf } from './parts.ts'
import { readClock } from './read-clock.ts'
import type { BoxEvents, BoxKey, SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'

/** Writes events within the transaction of what they tell of. */
export interface EventLog {
  /** Those that get them. None: nothing is written, and nothing need be made. */
  readonly sinks: ReadonlySet<string>
  /**
   * Writes what has happened to a poll whose boxes are locked, after box 0's version was raised for it: the version is the
   * place of the events, so of each one there may be one writing.
   */
  write(
    trx: Transaction<Tables>,
    poll: { readonly id: string; readonly epoch: number },
    happenings: readonly Happening[],
  ): Promise<void>
}

export function createEventLog(dialect: SqlDialect): EventLog & { readonly sinks: Set<string> } {
  const sinks = new Set<string>()
  return {
    sinks,
    async write(trx, { id: pollId, epoch }, happenings) {
      if (sinks.size === 0) return
      await insertEvents(
        trx,
        dialect,
        [...sinks],
        [{ pollId, box: 0, epoch, events: joinHappenings(happenings.map((one) => JSON.stringify(one))) }],
      )
    },
  }
}

/** Writes events of boxes that are locked, and whose versions were raised for them. */
export async function insertEvents(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  sinks: readonly string[],
  boxes: readonly BoxEvents[],
): Promise<void> {
  for (const part of partsOf(boxes)) {
    const [versions, now] = [await readVersions(trx, part), await readClock(trx, dialect)]
    const rows = part.map(({ pollId, box, epoch, events }) => {
      const seq = versions.get(`${pollId}/${box}`)
      if (seq === undefined) throw new Error(`Box ${box} of ${pollId} is not there.`)
      return { poll_id: pollId, box, epoch, seq, events, at: dialect.time(now) } // for all sinks the same
    })
    for (const sink of sinks) {
      await trx
        .insertInto('live_poll_outbox')
        .values(rows.map((row) => ({ sink, ...row })))
        .execute()
    }
  }
}

async function readVersions(trx: Transaction<Tables>, boxes: readonly BoxKey[]): Promise<ReadonlyMap<string, number>> {
  const rows = await trx
    .selectFrom('live_poll_boxes')
    .select(['poll_id', 'box', 'version'])
    .where((where) => where.or(boxes.map(({ pollId, box }) => where.and({ poll_id: pollId, box }))))
    .execute()
  return new Map(rows.map(({ poll_id, box, version }) => [`${poll_id}/${box}`, Number(version)]))
}
