import { type Kysely, sql, type Transaction } from 'kysely'
import type { PollRules } from '../../domain/poll.ts'
import type { VoterInPoll } from '../../ports/ballot-store.ts'
import { toDate } from './read-clock.ts'
import type { SqlDialect, StoredRules, StoredVote } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'

/** A poll as votes are decided by it. */
export type RulesAtLock = Pick<PollRules, 'plan' | 'epoch' | 'canChange' | 'opensAt' | 'closesAt' | 'closedAt'> & {
  /** The database's clock, read after the locks were taken. */
  readonly now: Date
}

/** What is read for a batch of votes, under the locks of its boxes. */
export interface BatchReading {
  readonly rules: ReadonlyMap<string, RulesAtLock>
  readonly votes: readonly StoredVote[]
}

/** @param voters each once, by (poll, voter) */
export async function readBatch(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  voters: readonly VoterInPoll[],
): Promise<BatchReading> {
  if (voters.length === 0) return { rules: new Map(), votes: [] }
  const pollIds = [...new Set(voters.map((voter) => voter.pollId))]
  const { rules, votes } = dialect.readBatch
    ? await dialect.readBatch(trx, pollIds, voters)
    : { rules: await readRules(trx, dialect, pollIds), votes: await dialect.readVotes(trx, voters) }
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

function toRules({ plan, epoch, canChange, opensAt, closesAt, closedAt, now }: StoredRules): RulesAtLock {
  return {
    ...{ plan, epoch, canChange: Boolean(canChange) },
    ...{ opensAt: toDate(opensAt), closesAt: toDate(closesAt), closedAt: toDate(closedAt), now: toDate(now) },
  }
}
