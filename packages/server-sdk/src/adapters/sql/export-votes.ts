import { type Kysely, sql } from 'kysely'
import type { VoteRecord } from '../../ports/vote-records.ts'
import { toDate } from './read-clock.ts'
import type { SqlDialect } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'
import { reading } from './transaction.ts'

/** Votes held at once. */
const pageSize = 2000

/** Reads all votes of a poll (`VoteRecords.read`). */
export async function* exportVotes(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  pollId: string,
): AsyncGenerator<VoteRecord, void, undefined> {
  const { limitReading } = dialect
  if (!limitReading) return yield* readPages(db, dialect, pollId)
  const snapshot = await reading(dialect, async () =>
    db.startTransaction().setIsolationLevel('repeatable read').execute(),
  )
  try {
    await reading(dialect, () => limitReading(snapshot))
    yield* readPages(snapshot, dialect, pollId)
  } finally {
    await snapshot.rollback().execute() // there is nothing to commit
  }
}

/** Along the key: a later page costs no more than the first. */
async function* readPages(db: Kysely<Tables>, dialect: SqlDialect, pollId: string) {
  let after = ''
  for (;;) {
    const page = await reading(dialect, () => readPage(db, dialect, pollId, after))
    yield* page
    const last = page.at(-1)
    if (!last || page.length < pageSize) return
    after = last.voterKey
  }
}

async function readPage(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  pollId: string,
  after: string,
): Promise<readonly VoteRecord[]> {
  const { rows } = await sql<{
    voterKey: string
    choices: string | null
    voidedChoices: string | null
    voidId: string | null
    revision: number
    voteId: string
    acceptedAt: number | string
  }>`
    select voter_key as ${sql.ref('voterKey')}, choices, void_id as ${sql.ref('voidId')},
      voided_choices as ${sql.ref('voidedChoices')}, revision, vote_id as ${sql.ref('voteId')},
      ${dialect.millis(sql.ref('accepted_at'))} as ${sql.ref('acceptedAt')}
    from ${table('live_poll_votes')}
    where poll_id = ${pollId} and voter_key > ${after} order by voter_key limit ${sql.lit(pageSize)}`.execute(db)
  return rows.map(({ choices, voidId, voidedChoices, acceptedAt, ...row }) => {
    const isVoided = choices === null && voidId !== null
    const held = isVoided ? voidedChoices : choices
    return {
      ...row,
      choices: held === null ? null : (JSON.parse(held) as number[]),
      isVoided,
      acceptedAt: toDate(acceptedAt),
    }
  })
}
