import { type Kysely, sql } from 'kysely'
import { pollState } from '../../domain/poll.ts'
import type { PollVersion } from '../../domain/poll-version.ts'
import { isRevealed } from '../../domain/visibility.ts'
import { partsOf } from './parts.ts'
import { toDate } from './read-clock.ts'
import type { SqlDialect } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'

interface Row {
  id: string
  epoch: number
  edition: number
  min_voters: number | null
  revealed_epoch: number | null
  opens_at: Millis | null
  closed_at: Millis | null
  now: Millis
  version: number | string
}

/** As the driver gives 64-bit integers. */
type Millis = number | string

/** Reads what tells whether screens are out of date: a statement for each part of the polls (`PollStore.versions`). */
export async function readVersions(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  pollIds: readonly string[],
): Promise<readonly PollVersion[]> {
  const versions: PollVersion[] = []
  const millis = (column: string) => dialect.millis(sql.ref(column))
  for (const part of partsOf(pollIds)) {
    const { rows } = await sql<Row>`
      select p.id, p.epoch, p.edition, p.min_voters, p.revealed_epoch,
        ${millis('p.opens_at')} as opens_at, ${millis('p.closed_at')} as closed_at, ${dialect.millis(dialect.clock)} as now,
        (select sum(b.version) from ${table('live_poll_boxes')} b where b.poll_id = p.id) as version
      from ${table('live_poll_polls')} p where ${dialect.isOneOf('p.id', part)}`.execute(db)
    versions.push(...rows.map(toVersion))
  }
  return versions
}

function toVersion(row: Row): PollVersion {
  const { id: pollId, epoch, edition } = row
  const times = { opensAt: toDate(row.opens_at), closesAt: null, closedAt: toDate(row.closed_at) }
  return {
    ...{ pollId, epoch, edition, version: Number(row.version) },
    state: pollState(times, toDate(row.now)),
    isRevealed: isRevealed({ minVoters: row.min_voters, revealedEpoch: row.revealed_epoch, epoch }),
  }
}
