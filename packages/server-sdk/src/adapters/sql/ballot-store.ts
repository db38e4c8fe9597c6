import type { Kysely, Transaction } from 'kysely'
import { decideVote, type VoteRow } from '../../domain/decide-vote.ts'
import type { BallotStore, PreparedVote, VoteOutcome, VoterInPoll } from '../../ports/ballot-store.ts'
import { reach } from '../../ports/failpoints.ts'
import type { Logger } from '../../ports/logger.ts'
import { BatchChanges, boxName, sortedBoxes, type WrittenVote } from './batch-changes.ts'
import type { EventLog } from './event-log.ts'
import { Chances, toChanges, toFirstVotes } from './first-votes.ts'
import { lockInvitations } from './lock-invitations.ts'
import { lockAndRead, readBatch } from './read-batch.ts'
import { type Retry, startRetry } from './retry.ts'
import type { BoxKey, SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'
import { reading, tryStatement, tryTransaction } from './transaction.ts'
import { byVoter } from './voter-map.ts'

/** What a batch came to in one transaction, whether that was committed or not. */
interface Decided {
  readonly outcomes: readonly VoteOutcome[]
  readonly changes: BatchChanges
}

/** What became of a written row: it is in the box; it is not, and so nothing of its batch; or others have gone on. */
type Trace = 'written' | 'undone' | 'unknown'

/**
 * The ballot box on SQL: lock, then read, then decide, then write, in one transaction. First votes need no reading: where the
 * database can, they are locked and written at once, if nobody has voted.
 */
export function createSqlBallotStore(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  log: EventLog,
  logger: Pick<Logger, 'warn'>,
): BallotStore {
  const chances = { ofOneBox: new Chances(), ofSeveral: new Chances() }
  let hasWarned = false

  /**
   * Commits votes, in as many transactions as it takes: one, unless the database fails.
   * @param wait also for the boxes of a batch of several
   */
  async function commitAll(
    batch: readonly PreparedVote[],
    retry: Retry,
    wait: boolean,
    onUnknownCommit: () => void,
  ): Promise<readonly VoteOutcome[]> {
    let votes = batch
    for (;;) {
      let decided: Decided | undefined
      FAILPOINT: reach('beforeBegin')
      const end = await tryTransaction(db, dialect, async (trx) => {
        decided = await decide(trx, votes, wait)
        await write(trx, decided.changes)
        FAILPOINT: reach('beforeCommit')
        return decided
      })
      if (end.kind === 'committed') {
        FAILPOINT: reach('afterCommit')
        return end.value.outcomes
      }
      if (end.kind === 'unknown') {
        onUnknownCommit()
        const found = await lookUp(votes, end.value, retry)
        if (found !== 'undone') return found
      }
      if (end.failure === 'refused') return bisect(votes, end.error, retry, onUnknownCommit)
      await retry.pause(end.error)
      votes = keepRevisions(votes, decided)
    }
  }

  /**
   * Writes a batch of which nothing was read, which works where none of its voters has a vote.
   * @returns what became of it; or the votes, each to be looked at: nothing of them is in the box
   */
  async function writeFirst(
    batch: readonly PreparedVote[],
    retry: Retry,
    onUnknownCommit: () => void,
  ): Promise<{ readonly outcomes: readonly VoteOutcome[] } | { readonly left: readonly PreparedVote[] }> {
    const first = asFirst(batch)
    if (!first) return { left: batch }
    FAILPOINT: reach('beforeBegin')
    const end = await tryStatement(dialect, first.write)
    if (end.kind === 'undone') {
      if (end.failure === 'refused') {
        first.chances.tell(false)
        warnOfRefusal(end.error)
      }
      return { left: batch }
    }
    const outcomes = batch.map(({ planEpoch }): VoteOutcome => ({ kind: 'accepted', revision: 1, epoch: planEpoch }))
    if (end.kind === 'committed') {
      FAILPOINT: reach('afterCommit')
      first.chances.tell(end.value)
      return end.value ? { outcomes } : { left: batch }
    }
    onUnknownCommit()
    const decided = { outcomes, changes: toChanges(batch) }
    const found = await lookUp(batch, decided, retry)
    return found === 'undone' ? { left: keepRevisions(batch, decided) } : { outcomes: found }
  }

  /** It may be one of the votes, which is then told by itself; or what should write them all, and nothing else would tell of that. */
  function warnOfRefusal(error: unknown) {
    if (hasWarned) return
    hasWarned = true
    logger.warn(
      'The database refuses to write first votes at once. Each is looked at first, which takes longer.',
      error,
    )
  }

  /** How to write a batch as first votes, where the database can, and it looks like such a one. */
  function asFirst(batch: readonly PreparedVote[]) {
    const { writeFirstVotes: write } = dialect
    if (!write) return undefined
    const [first] = batch
    const hasOneBox = batch.every(({ pollId, box }) => pollId === first?.pollId && box === first.box)
    const those = hasOneBox ? chances.ofOneBox : chances.ofSeveral
    const votes = those.take() ? toFirstVotes(batch, log.sinks) : undefined
    return votes && { write: () => write(db, votes), chances: those }
  }

  /** Finds the votes that the database refuses: each half by itself, in order, so no box may be passed over. */
  async function bisect(
    votes: readonly PreparedVote[],
    error: unknown,
    retry: Retry,
    onUnknownCommit: () => void,
  ): Promise<readonly VoteOutcome[]> {
    if (votes.length === 1) return [{ kind: 'failed', error }]
    const middle = Math.ceil(votes.length / 2)
    const first = await commitAll(votes.slice(0, middle), retry, true, onUnknownCommit)
    return [...first, ...(await commitAll(votes.slice(middle), retry, true, onUnknownCommit))]
  }

  async function decide(trx: Transaction<Tables>, batch: readonly PreparedVote[], wait: boolean): Promise<Decided> {
    const asked = sortedBoxes(batch)
    const waits = wait || asked.length === 1
    const changes = new BatchChanges(batch, log.sinks.size > 0)
    const { locked, rules, votes, invitations } = batch.some((vote) => vote.invitation !== undefined)
      ? await lockAllAndRead(trx, batch, asked, waits, changes.voters)
      : { ...(await lockAndRead(trx, dialect, asked, waits, changes.voters)), invitations: undefined }
    // After waiting, a box that is gone is not locked by anyone: its votes go on, to be answered by what the poll says.
    const lockedNames = waits || locked.length === asked.length ? undefined : new Set(locked.map(boxName))
    changes.start(votes, invitations)
    const outcomes = batch.map((vote): VoteOutcome => {
      if (lockedNames && !lockedNames.has(boxName(vote))) return { kind: 'passed-over' }
      const poll = rules.get(vote.pollId)
      const decision = decideVote(vote, poll, changes.rowOf(vote), poll?.now ?? new Date(0), changes.invitationOf(vote))
      if (decision.kind !== 'accepted') return decision
      changes.accept(vote, decision.row, decision.epoch)
      return { kind: 'accepted', revision: decision.row.revision, epoch: decision.epoch }
    })
    return { outcomes, changes }
  }

  /** Invitations are locked after the boxes and before the clock is read, for that may wait. */
  async function lockAllAndRead(
    trx: Transaction<Tables>,
    batch: readonly PreparedVote[],
    boxes: readonly BoxKey[],
    wait: boolean,
    voters: readonly VoterInPoll[],
  ) {
    const locked = await dialect.lockBoxes(trx, boxes, wait)
    FAILPOINT: reach('afterLock')
    const names = wait ? undefined : new Set(locked.map(boxName))
    const votes = names ? batch.filter((vote) => names.has(boxName(vote))) : batch
    const invitations = await lockInvitations(trx, dialect, votes)
    return { locked, invitations, ...(await readBatch(trx, dialect, voters)) }
  }

  async function write(trx: Transaction<Tables>, changes: BatchChanges): Promise<void> {
    const votes = changes.votes()
    if (votes.length === 0) return
    const events = log.sinks.size > 0 && { sinks: [...log.sinks], boxes: changes.events() }
    const batch = { votes, deltas: changes.deltas(), boxes: changes.boxes(), ...(events && { events }) }
    const uses = changes.uses()
    const isLast = uses.length === 0
    await (isLast && dialect.writeLast ? dialect.writeLast(trx, batch) : dialect.writeBatch(trx, batch))
    FAILPOINT: reach('afterUpsert')
    if (!isLast) await dialect.useInvitations(trx, uses)
  }

  /**
   * Finds out whether a COMMIT was carried out whose answer was lost. Under the locks of its boxes its transaction is over.
   * One row as it was before proves that it was not. A row as it was to be is that vote accepted, by whichever node: the
   * same vote may have been sent to another one meanwhile, so it says nothing about the rest of the batch.
   *
   * @returns the outcomes; `undone` when nothing of the batch is in the box
   */
  async function lookUp(
    votes: readonly PreparedVote[],
    { outcomes, changes }: Decided,
    retry: Retry,
  ): Promise<readonly VoteOutcome[] | 'undone'> {
    const written = changes.votes()
    if (written.length === 0) return outcomes
    for (;;) {
      const end = await tryTransaction(db, dialect, async (trx) => {
        await dialect.lockBoxes(trx, changes.boxes(), true)
        const { rules, votes: rows } = await readBatch(trx, dialect, written)
        const found = byVoter(rows)
        return new Map(written.map((vote) => [vote, traceOf(vote, rules.get(vote.pollId)?.epoch, found.get(vote))]))
      })
      if (end.kind === 'undone') {
        await retry.pause(end.error)
        continue
      }
      const traces = end.value // it only reads: its own COMMIT does not matter
      if ([...traces.values()].includes('undone')) return 'undone'
      return outcomes.map((outcome, index) => {
        const vote = changes.writtenFor(votes[index] as PreparedVote)
        return vote && traces.get(vote) === 'unknown' ? { kind: 'unknown' } : outcome
      })
    }
  }

  return {
    takesNext: dialect.writeFirstVotes !== undefined,

    async commit(batch, onUnknownCommit = () => {}) {
      const retry = startRetry()
      const first = await writeFirst(batch, retry, onUnknownCommit)
      return 'outcomes' in first ? first.outcomes : commitAll(first.left, retry, false, onUnknownCommit)
    },

    readVotes: (voters) =>
      reading(dialect, async () => {
        const asked = byVoter(voters).sorted()
        const found = byVoter(asked.length > 0 ? await dialect.readVotes(db, asked) : [])
        return voters.map((voter) => found.get(voter))
      }),
  }
}

/** @param epoch the poll's; undefined when it is gone */
function traceOf(written: WrittenVote, epoch: number | undefined, row: VoteRow | undefined): Trace {
  if (epoch !== written.epoch) return 'unknown'
  if (isSameVote(row, written.row)) return 'written'
  return isSameVote(row, written.before) ? 'undone' : 'unknown'
}

function isSameVote(a: VoteRow | undefined, b: VoteRow | undefined): boolean {
  return a?.revision === b?.revision && a?.voteId === b?.voteId
}

/** Votes to decide again, each against the revision it was first decided against: it must not replace a newer one. */
function keepRevisions(votes: readonly PreparedVote[], decided: Decided | undefined): readonly PreparedVote[] {
  return votes.map((vote, index) => {
    const outcome = decided?.outcomes[index]
    return outcome?.kind === 'accepted' ? { ...vote, revision: outcome.revision - 1 } : vote
  })
}
