import { type Kysely, sql, type Transaction } from 'kysely'
import type { RulesAtLock } from '../../domain/decide-vote.ts'
import type { VoterInPoll } from '../../ports/ballot-store.ts'
import { reach } from '../../ports/failpoints.ts'
import { toDate } from './read-clock.ts'
import type { BatchRows, BoxKey, SqlDialect, StoredRules, StoredVote } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'

interface RulesAndClock extends RulesAtLock {
  /** The database's clock, read after the locks were taken. */
  readonly now: Date
}

/** What is read for a batch of votes, under the locks of its boxes. */
export interface BatchReading {
  readonly rules: ReadonlyMap<string, RulesAndClock>
  readonly votes: readonly StoredVote[]
}

/** Locks boxes, and then reads. @param voters each once, by (poll, voter); at least one */
export async function lockAndRead(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  boxes: readonly BoxKey[],
  wait: boolean,
  voters: readonly VoterInPoll[],
): Promise<BatchReading & { readonly locked: readonly BoxKey[] }> {
  if (dialect.lockAndRead) {
    const { locked, ...rows } = await dialect.lockAndRead(trx, boxes, wait, pollsOf(voters), voters)
    FAILPOINT: reach('afterLock')
    return { locked, ...toReading(rows) }
  }
  const locked = await dialect.lockBoxes(trx, boxes, wait)
  FAILPOINT: reach('afterLock')
  return { locked, ...(await readBatch(trx, dialect, voters)) }
}

/** @param voters each once, by (poll, voter); at least one */
export async function readBatch(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  voters: readonly VoterInPoll[],
): Promise<BatchReading> {
  const pollIds = pollsOf(voters)
  if (dialect.readBatch) return toReading(await dialect.readBatch(trx, pollIds, voters))
  const rules = await readRules(trx, dialect, pollIds)
  return toReading({ rules, votes: await dialect.readVotes(trx, voters) })
}

function pollsOf(voters: readonly VoterInPoll[]): readonly string[] {
  return [...new Set(voters.map((voter) => voter.pollId))]
}

function toReading({ rules, votes }: BatchRows): BatchReading {
  return { rules: new Map(rules.map((row) => [row.id, toRules(row)])), votes }
}

async function readRules(db: Kysely<Tables>, dialect: SqlDialect, pollIds: readonly string[]) {
  const { rows } = await sql<StoredRules>`select ${ruleColumns(dialect)} from ${table('live_poll_polls')}
    where ${dialect.isOneOf('id', pollIds)}`.execute(db)
  return rows
}

/** The columns of `StoredRules`. */
export function ruleColumns({ millis, clock }: Pick<SqlDialect, 'millis' | 'clock'>) {
  const moment = (column: string, name: string) => sql`${millis(sql.ref(column))} as ${sql.ref(name)}`
  return sql`id, plan, epoch, can_change as ${sql.ref('canChange')}, ${moment('opens_at', 'opensAt')},
    ${moment('closes_at', 'closesAt')}, ${moment('closed_at', 'closedAt')}, ${millis(clock)} as now`
}

function toRules({ plan, epoch, canChange, opensAt, closesAt, closedAt, now }: StoredRules): RulesAndClock {
  return {
    ...{ plan, epoch, canChange: Boolean(canChange) },
    ...{ opensAt: toDate(opensAt), closesAt: toDate(closesAt), closedAt: toDate(closedAt), now: toDate(now) },
  }
}
