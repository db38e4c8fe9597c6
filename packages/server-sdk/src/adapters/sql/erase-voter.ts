import { randomBytes } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Ballot } from '../../domain/ballot.ts'
import { chooseIncrements } from '../../domain/counting/choose.ts'
import type { PollFacts } from '../../domain/poll.ts'
import type { EventLog } from './event-log.ts'
import { closeIfDue, lockPoll } from './lock-poll.ts'
import type { SqlDialect } from './sql-dialect.ts'
import type { Tables } from './tables.ts'
import { inTransaction } from './transaction.ts'
import { writeAudit } from './write-audit.ts'

/** Forgets a voter of one poll (`Erasures.eraseVoter`). */
export function eraseVoter(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  log: EventLog,
  pollId: string,
  voterKey: string,
): Promise<boolean> {
  return inTransaction<boolean>(db, dialect, async (trx, wasThere = false) => {
    const poll = await lockPoll(trx, dialect, pollId)
    if (!poll) return wasThere
    const { closedAt } = await closeIfDue(trx, dialect, log, poll)
    const stranger = randomBytes(16).toString('base64url')
    const wasNamed = await replaceInFilters(trx, pollId, voterKey, stranger)
    const row = await trx
      .selectFrom('live_poll_votes')
      .select(['choices', 'void_id'])
      .where('poll_id', '=', pollId)
      .where('voter_key', '=', voterKey)
      .executeTakeFirst()
    if (!row) return wasThere || wasNamed
    const isCounted = row.choices !== null && closedAt !== null
    if (isCounted || row.void_id !== null) await rename(trx, pollId, voterKey, stranger)
    else await remove(trx, dialect, log, poll.facts, voterKey, row.choices)
    if (isCounted) await writeAudit(trx, dialect, pollId, entry())
    return true
  })
}

function entry() {
  const reason = 'A voter was forgotten.'
  return {
    id: `a_${randomBytes(12).toString('base64url')}`,
    action: 'erase',
    actor: null,
    reason,
    votes: 1,
    filter: null,
  } as const
}

/** Keeps what counts, or was voided, as somebody's. */
async function rename(trx: Transaction<Tables>, pollId: string, voterKey: string, stranger: string): Promise<void> {
  const voteId = randomBytes(16).toString('base64url') // a vote id is of the voter's own making
  await trx
    .updateTable('live_poll_votes')
    .set({ voter_key: stranger, vote_id: voteId })
    .where('poll_id', '=', pollId)
    .where('voter_key', '=', voterKey)
    .execute()
  await trx
    .updateTable('live_poll_invitation_uses')
    .set({ voter_key: stranger })
    .where('poll_id', '=', pollId)
    .where('voter_key', '=', voterKey)
    .execute()
}

/** Takes a ballot back, and leaves nothing of it. */
async function remove(
  trx: Transaction<Tables>,
  dialect: SqlDialect,
  log: EventLog,
  poll: PollFacts,
  voterKey: string,
  choices: string | null,
): Promise<void> {
  const pollId = poll.id
  for (const table of ['live_poll_votes', 'live_poll_invitation_uses'] as const) {
    await trx.deleteFrom(table).where('poll_id', '=', pollId).where('voter_key', '=', voterKey).execute()
  }
  if (choices === null) return
  const before = JSON.parse(choices) as Ballot
  const buckets = [...chooseIncrements(before)].sort()
  // Into box 0, wherever it was counted: only the sum over the boxes means anything.
  await dialect.addTallies(
    trx,
    buckets.map((bucket) => ({ pollId, box: 0, bucket, votes: -1 })),
  )
  await dialect.raiseVersions(trx, [{ pollId, box: 0 }])
  await log.write(trx, poll, [{ type: 'vote.erased', voterKey, before }])
}

/** A filter that named the voter names nobody. @returns whether one did */
async function replaceInFilters(
  trx: Transaction<Tables>,
  pollId: string,
  voterKey: string,
  stranger: string,
): Promise<boolean> {
  const [name, other] = [JSON.stringify(voterKey), JSON.stringify(stranger)]
  const entries = await trx
    .selectFrom('live_poll_audit')
    .select(['id', 'filter'])
    .where('poll_id', '=', pollId)
    .where(sql<boolean>`position(${name} in filter) > 0`)
    .execute()
  for (const { id, filter } of entries) {
    await trx
      .updateTable('live_poll_audit')
      .set({ filter: filter?.replaceAll(name, other) ?? null })
      .where('id', '=', id)
      .execute()
  }
  return entries.length > 0
}
