import { type Kysely, sql, type Transaction } from 'kysely'
import type { Ballot } from '../../domain/ballot.ts'
import { chooseIncrements, VOIDED } from '../../domain/counting/choose.ts'
import type { PollFacts } from '../../domain/poll.ts'
import { fitsFilter, type VoteFilter } from '../../domain/void-input.ts'
import type { VoidRequest } from '../../ports/vote-audit.ts'
import type { EventLog } from './event-log.ts'
import { lockPoll } from './lock-poll.ts'
import { partsOf } from './parts.ts'
import { toDate } from './read-clock.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'
import { inTransaction } from './transaction.ts'
import { writeAudit } from './write-audit.ts'

/** Votes held at once. */
const pageSize = 2000

/** A ballot in the box. */
interface Row {
  readonly voterKey: string
  readonly ballot: Ballot
  readonly acceptedAt: Date
  /** Voided before, and cast again by a node of a version that knew nothing of it. */
  readonly isVoided: boolean
}

/** Takes votes out under the locks of all boxes (`VoteAudit.voidVotes`). */
export function voidVotes(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  log: EventLog,
  pollId: string,
  { id, filter, reason, actor, isDryRun }: VoidRequest,
): Promise<number | undefined> {
  return inTransaction<number | undefined>(db, dialect, async (trx, earlier) => {
    const poll = isDryRun ? undefined : await lockPoll(trx, dialect, pollId)
    if (!poll && !(isDryRun && (await isThere(trx, pollId)))) return undefined
    if (earlier !== undefined && (await isWritten(trx, id))) return earlier
    let votes = 0
    const deltas = new Map<string, number>()
    for await (const page of readPages(trx, dialect, pollId, filter)) {
      const fitting = page.filter((row) => fitsFilter(filter, { ...row, choices: row.ballot }))
      votes += fitting.length
      if (isDryRun) continue
      for (const row of fitting) countOut(row, deltas)
      await writeRows(trx, dialect, pollId, id, fitting)
      if (poll) await writeEvents(trx, dialect, log, poll.facts, id, fitting)
    }
    if (votes === 0 || isDryRun) return votes
    await writeTallies(trx, dialect, pollId, deltas)
    await writeAudit(trx, dialect, pollId, { id, action: 'void', actor, reason, votes, filter: JSON.stringify(filter) })
    return votes
  })
}

async function isThere(trx: Transaction<Tables>, pollId: string): Promise<boolean> {
  const poll = await trx.selectFrom('live_poll_polls').select('id').where('id', '=', pollId).executeTakeFirst()
  return poll !== undefined
}

async function isWritten(trx: Transaction<Tables>, id: string): Promise<boolean> {
  const entry = await trx.selectFrom('live_poll_audit').select('id').where('id', '=', id).executeTakeFirst()
  return entry !== undefined
}

/** The ballots that may fit: of the voters named, or all of them, along the key. */
async function* readPages(trx: Transaction<Tables>, dialect: SqlDialect, pollId: string, filter: VoteFilter) {
  const rows = trx
    .selectFrom('live_poll_votes')
    .select(['voter_key', 'choices', 'void_id'])
    .select(dialect.millis(sql.ref('accepted_at')).as('acceptedAt'))
    .where('poll_id', '=', pollId)
  if (filter.voterKeys) {
    for (const keys of partsOf(filter.voterKeys)) {
      yield toRows(await rows.where(dialect.isOneOf('voter_key', keys)).execute())
    }
    return
  }
  await dialect.readInOrder?.(trx)
  let after = ''
  for (;;) {
    const page = await rows.where('voter_key', '>', after).orderBy('voter_key').limit(sql.lit(pageSize)).execute()
    yield toRows(page)
    const last = page.at(-1)
    if (!last || page.length < pageSize) return
    after = last.voter_key
  }
}

function toRows(
  rows: readonly {
    voter_key: string
    choices: string | null
    void_id: string | null
    acceptedAt: number | string | null
  }[],
): readonly Row[] {
  return rows.flatMap(({ voter_key: voterKey, choices, void_id, acceptedAt }) => {
    if (choices === null) return []
    const ballot = JSON.parse(choices) as Ballot
    return [{ voterKey, ballot, acceptedAt: toDate(acceptedAt ?? 0), isVoided: void_id !== null }]
  })
}

function countOut({ ballot, isVoided }: Row, deltas: Map<string, number>) {
  const add = (bucket: string, by: number) => deltas.set(bucket, (deltas.get(bucket) ?? 0) + by)
  for (const bucket of chooseIncrements(ballot)) add(bucket, -1)
  if (!isVoided) add(VOIDED, 1)
}

async function writeRows(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  pollId: string,
  id: string,
  rows: readonly Row[],
): Promise<void> {
  for (const part of partsOf(rows.map(({ voterKey }) => voterKey))) {
    await trx
      .updateTable('live_poll_votes')
      // MySQL sets one after the other: what was chosen is kept before it goes.
      .set({ voided_choices: sql.ref('choices'), choices: null, void_id: id })
      .where('poll_id', '=', pollId)
      .where(dialect.isOneOf('voter_key', part))
      .execute()
  }
}

/** Each page in a place of its own, for which box 0 rises once more. */
async function writeEvents(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  log: EventLog,
  poll: PollFacts,
  auditId: string,
  rows: readonly Row[],
): Promise<void> {
  if (log.sinks.size === 0 || rows.length === 0) return
  await dialect.raiseVersions(trx, [{ pollId: poll.id, box: 0 }])
  const toHappening = ({ voterKey, ballot }: Row) =>
    ({ type: 'vote.voided', voterKey, before: ballot, auditId }) as const
  await log.write(trx, poll, rows.map(toHappening))
}

/** All into box 0: only the sum over the boxes means anything, for a voter's box changes when boxes are added. */
async function writeTallies(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  pollId: string,
  deltas: ReadonlyMap<string, number>,
): Promise<void> {
  const tallies = [...deltas].map(([bucket, votes]) => ({ pollId, box: 0, bucket, votes }))
  tallies.sort((a, b) => (a.bucket < b.bucket ? -1 : 1))
  await dialect.addTallies(
    trx,
    tallies.filter(({ votes }) => votes !== 0),
  )
  await dialect.raiseVersions(trx, [{ pollId, box: 0 }])
}
