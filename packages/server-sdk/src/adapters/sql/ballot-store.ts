import { type Kysely, sql, type Transaction } from 'kysely'
import type { Ballot } from '../../domain/ballot.ts'
import { chooseIncrements } from '../../domain/counting/choose.ts'
import { decideVote, type VoteRow } from '../../domain/decide-vote.ts'
import type { BallotStore, PreparedVote, VoteOutcome } from '../../ports/ballot-store.ts'
import { toDate } from './read-clock.ts'
import type { BoxKey, SqlDialect, TallyDelta, VoteToWrite } from './sql-dialect.ts'
import type { Tables } from './tables.ts'
import { inTransaction } from './transaction.ts'

/** The ballot box on SQL: lock, then read, then decide, then write, in one transaction (DESIGN section 5). */
export function createSqlBallotStore(db: Kysely<Tables>, dialect: SqlDialect): BallotStore {
  async function commitIn(trx: Transaction<Tables>, batch: readonly PreparedVote[]): Promise<readonly VoteOutcome[]> {
    const asked = sortedBoxes(batch)
    const locked = await dialect.lockBoxes(trx, asked, asked.length === 1)
    // Alone, a box that is gone is not locked by anyone: its votes go on, to be answered by what the poll says.
    const lockedNames = new Set((asked.length === 1 ? asked : locked).map(boxName))
    const votes = batch.filter((vote) => lockedNames.has(boxName(vote)))

    const rules = await readRules(trx, votes)
    const rows = await readRows(trx, votes)
    const changed = new Changes(rows)
    const outcomes = batch.map((vote): VoteOutcome => {
      if (!lockedNames.has(boxName(vote))) return { kind: 'passed-over' }
      const poll = rules.get(vote.pollId)
      const decision = decideVote(vote, poll, changed.rowOf(vote), poll?.now ?? new Date(0))
      if (decision.kind !== 'accepted') return decision
      changed.accept(vote, decision.row)
      return { kind: 'accepted', revision: decision.row.revision, epoch: decision.epoch }
    })

    if (changed.size > 0) {
      await dialect.writeVotes(trx, changed.votes())
      const deltas = changed.deltas()
      if (deltas.length > 0) await dialect.addTallies(trx, deltas)
      await dialect.raiseVersions(trx, changed.boxes())
    }
    return outcomes
  }

  async function readRules(trx: Transaction<Tables>, votes: readonly PreparedVote[]) {
    const pollIds = [...new Set(votes.map((vote) => vote.pollId))]
    if (pollIds.length === 0) return new Map<string, never>()
    const rows = await trx
      .selectFrom('live_poll_polls')
      .select(['id', 'plan', 'epoch', 'can_change'])
      .select([
        dialect.millis(sql.ref('opens_at')).as('opensAt'),
        dialect.millis(sql.ref('closes_at')).as('closesAt'),
        dialect.millis(sql.ref('closed_at')).as('closedAt'),
        dialect.millis(dialect.clock).as('now'),
      ])
      .where(dialect.isOneOf('id', pollIds))
      .execute()
    return new Map(
      rows.map(({ id, plan, epoch, ...row }) => [
        id,
        {
          plan,
          epoch,
          canChange: Boolean(row.can_change),
          opensAt: toDate(row.opensAt),
          closesAt: toDate(row.closesAt),
          closedAt: toDate(row.closedAt),
          now: toDate(row.now ?? 0),
        },
      ]),
    )
  }

  async function readRows(trx: Transaction<Tables>, votes: readonly PreparedVote[]) {
    const voters = new Map(votes.map((vote) => [voterName(vote), vote]))
    if (voters.size === 0) return new Map<string, VoteRow>()
    const rows = await dialect.readVotes(trx, [...voters.values()])
    return new Map<string, VoteRow>(rows.map((row) => [voterName(row), row]))
  }

  return {
    commit: (batch) => inTransaction(db, dialect, (trx) => commitIn(trx, batch)),

    async readVote(pollId, voterKey) {
      const [row] = await dialect.readVotes(db, [{ pollId, voterKey }])
      return row
    },
  }
}

/** What a batch has changed so far: later votes of the batch see the rows of earlier ones. */
class Changes {
  readonly #rows: Map<string, VoteRow>
  readonly #written = new Map<string, VoteToWrite>()
  readonly #deltas = new Map<string, TallyDelta>()
  readonly #boxes = new Map<string, BoxKey>()

  constructor(rows: Map<string, VoteRow>) {
    this.#rows = rows
  }

  get size(): number {
    return this.#written.size
  }

  rowOf(vote: PreparedVote): VoteRow | undefined {
    return this.#rows.get(voterName(vote))
  }

  accept(vote: PreparedVote, row: VoteRow) {
    const name = voterName(vote)
    const { pollId, voterKey, box } = vote
    this.#count(vote, this.#rows.get(name)?.ballot ?? null, -1)
    this.#count(vote, row.ballot, +1)
    this.#rows.set(name, row)
    this.#written.set(name, { pollId, voterKey, ...row })
    this.#boxes.set(boxName(vote), { pollId, box })
  }

  #count({ pollId, box }: BoxKey, ballot: Ballot | null, by: number) {
    if (ballot === null) return
    for (const bucket of chooseIncrements(ballot)) {
      const name = `${boxName({ pollId, box })}/${bucket}`
      const votes = (this.#deltas.get(name)?.votes ?? 0) + by
      this.#deltas.set(name, { pollId, box, bucket, votes })
    }
  }

  /** All three sorted, so that two nodes lock rows in the same order. */
  votes(): readonly VoteToWrite[] {
    return sortedByKey(this.#written)
  }

  deltas(): readonly TallyDelta[] {
    return sortedByKey(this.#deltas).filter((delta) => delta.votes !== 0)
  }

  boxes(): readonly BoxKey[] {
    return sortedByKey(this.#boxes)
  }
}

function sortedBoxes(batch: readonly PreparedVote[]): readonly BoxKey[] {
  return sortedByKey(new Map(batch.map((vote) => [boxName(vote), { pollId: vote.pollId, box: vote.box }])))
}

function sortedByKey<T>(map: ReadonlyMap<string, T>): readonly T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value)
}

/** Poll ids hold no slash, and boxes have at most five digits: names sort as (poll, box) in any one order. */
function boxName({ pollId, box }: BoxKey): string {
  return `${pollId}/${String(box).padStart(5, '0')}`
}

function voterName({ pollId, voterKey }: { pollId: string; voterKey: string }): string {
  return `${pollId}/${voterKey}`
}
