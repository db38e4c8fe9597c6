import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { ClaimedImage, ImageRecord, ImageRecords, NewImage, SweepAges } from '../../ports/image-records.ts'
import { readClock } from './read-clock.ts'
import type { SqlDialect } from './sql-dialect.ts'
import { type Tables, table } from './tables.ts'
import { inTransaction, reading } from './transaction.ts'

/** As the driver gives 64-bit integers and truth values. */
interface Row {
  id: string
  owner: string | null
  state: Tables['live_poll_images']['state']
  attempt: string
  width: number
  height: number
  placeholder: string
  bytes: number | string
  isPublic: boolean | number
}

/** A picture whose row is locked: until the transaction ends no poll begins to use it, and nobody removes it. */
interface LockedImage extends Pick<Row, 'id' | 'state' | 'attempt' | 'width'> {
  lastUsedAt: number | string
}

/**
 * Pictures on SQL. Whoever changes what a picture is for, or takes it into use, locks its row first and looks in a later
 * statement who uses it: what committed before is seen, and the rest waits.
 */
export function createSqlImageRecords(db: Kysely<Tables>, dialect: SqlDialect): ImageRecords {
  async function read(on: Kysely<Tables>, id: string): Promise<ImageRecord | undefined> {
    const { rows } = await sql<Row>`
      select id, owner, state, attempt, width, height, placeholder, bytes,
        (exists (select 1 from ${table('live_poll_polls')} p where p.image_id = ${id} and not p.is_private)
        or exists (
          select 1 from ${table('live_poll_choices')} c join ${table('live_poll_polls')} p on p.id = c.poll_id
          where c.image_id = ${id} and not p.is_private)) as ${sql.ref('isPublic')}
      from ${table('live_poll_images')} where id = ${id} and state <> 'deleting'`.execute(on)
    const row = rows.find((one) => one.id === id) // MySQL takes a text with spaces at its end for the one without them
    return row && toRecord(row)
  }

  async function lock(trx: Transaction<Tables>, id: string): Promise<LockedImage | undefined> {
    const { rows } = await sql<LockedImage>`
      select id, state, attempt, width, ${dialect.millis(sql.ref('last_used_at'))} as ${sql.ref('lastUsedAt')}
      from ${table('live_poll_images')} where id = ${id} for update`.execute(trx)
    return rows.find((row) => row.id === id)
  }

  /** @returns undefined: somebody has begun it at the same moment */
  async function beginOnce(trx: Transaction<Tables>, image: NewImage): Promise<ImageRecord | undefined> {
    const { id, owner, attempt, width, height, placeholder, bytes } = image
    const there = await lock(trx, id)
    // The owner, too: perhaps they were forgotten, and have come back.
    const used = { owner, last_used_at: dialect.clock }
    const state = 'pending'
    const begun = { state, attempt, width, height, placeholder, bytes, created_at: dialect.clock } as const
    if (!there) {
      const row = { id, ...used, ...begun }
      const insert = dialect.ifAbsent(trx.insertInto('live_poll_images').values(row))
      if ((await insert.executeTakeFirstOrThrow()).numInsertedOrUpdatedRows !== 1n) return undefined
    } else {
      const columns = there.state === 'deleting' ? { ...used, ...begun } : used
      await trx.updateTable('live_poll_images').set(columns).where('id', '=', id).execute()
    }
    return read(trx, id)
  }

  async function claim(trx: Transaction<Tables>, id: string, ages?: SweepAges): Promise<ClaimedImage | undefined> {
    const image = await lock(trx, id)
    if (!image) return undefined
    const { state, attempt, width } = image
    if (state !== 'deleting') {
      const { rows } = await sql<{ now: number | string; isUsed: boolean | number }>`
        select ${dialect.millis(dialect.clock)} as now, not (${isUnused(sql`${id}`)}) as ${sql.ref('isUsed')}`.execute(
        trx,
      )
      const age = Number(rows[0]?.now) - Number(image.lastUsedAt)
      if (rows[0]?.isUsed || (ages && age < ages[state === 'ready' ? 'unused' : 'pending'])) return undefined
    }
    await trx
      .updateTable('live_poll_images')
      .set({ state: 'deleting', last_used_at: dialect.clock })
      .where('id', '=', id)
      .execute()
    return { id, attempt, width }
  }

  return {
    read: (id) => reading(dialect, () => read(db, id)),

    async begin(image) {
      for (;;) {
        const record = await inTransaction(db, dialect, (trx) => beginOnce(trx, image))
        if (record) return record
      }
    },

    finish: (id, attempt) =>
      inTransaction(db, dialect, async (trx) => {
        const image = await lock(trx, id)
        if (image?.attempt !== attempt || image.state === 'deleting') return false
        await trx
          .updateTable('live_poll_images')
          .set({ state: 'ready', last_used_at: dialect.clock })
          .where('id', '=', id)
          .execute()
        return true
      }),

    usage: (owner) =>
      reading(dialect, async () => {
        const { rows } = await sql<{ images: number | string; bytes: number | string | null }>`
          select count(*) as images, sum(bytes) as bytes from ${table('live_poll_images')}
          where ${owner === null ? sql`owner is null` : sql`owner = ${owner}`} and state <> 'deleting'`.execute(db)
        return { images: Number(rows[0]?.images ?? 0), bytes: Number(rows[0]?.bytes ?? 0) }
      }),

    ofPoll: (pollId) =>
      reading(dialect, () =>
        idsOf(
          db,
          sql`select image_id as id from ${table('live_poll_polls')} where id = ${pollId} and image_id is not null
            union select image_id from ${table('live_poll_choices')} where poll_id = ${pollId} and image_id is not null`,
        ),
      ),

    unusedOf: (owner) => reading(dialect, () => ownedBy(db, owner, isUnused(sql`i.id`))),

    toSweep: ({ pending, unused }, most) =>
      reading(dialect, async () => {
        const now = await readClock(db, dialect)
        const before = (age: number) => dialect.time(new Date(now.getTime() - age))
        // Those claimed last come last: one whose bytes cannot be removed does not keep the others from their turn.
        return idsOf(
          db,
          sql`select i.id from ${table('live_poll_images')} i where i.state = 'deleting'
            or (i.state = 'pending' and i.last_used_at <= ${before(pending)})
            or (i.state = 'ready' and i.last_used_at <= ${before(unused)} and ${isUnused(sql`i.id`)})
            order by i.last_used_at limit ${sql.lit(most)}`,
        )
      }),

    forgetOwner: (owner) =>
      inTransaction(db, dialect, async (trx) => {
        for (const id of await ownedBy(trx, owner, sql`true`)) {
          await trx.updateTable('live_poll_images').set({ owner: null }).where('id', '=', id).execute()
        }
      }),

    claim: (id, ages) => inTransaction(db, dialect, (trx) => claim(trx, id, ages)),

    async forget(claimed) {
      for (const { id, attempt } of claimed) {
        await inTransaction(db, dialect, (trx) =>
          trx
            .deleteFrom('live_poll_images')
            .where('id', '=', id)
            .where('attempt', '=', attempt)
            .where('state', '=', 'deleting')
            .execute(),
        )
      }
    },
  }
}

/** Whether no poll and no choice shows a picture: two look-ups. */
function isUnused(id: RawBuilder<unknown>) {
  return sql`not exists (select 1 from ${table('live_poll_polls')} p where p.image_id = ${id})
    and not exists (select 1 from ${table('live_poll_choices')} c where c.image_id = ${id})`
}

/** In the order of their ids. */
async function ownedBy(db: Kysely<Tables>, owner: string, condition: RawBuilder<unknown>): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string; owner: string }>`
    select i.id, i.owner from ${table('live_poll_images')} i where i.owner = ${owner} and ${condition}
    order by i.id`.execute(db)
  return rows.filter((row) => row.owner === owner).map(({ id }) => id)
}

async function idsOf(db: Kysely<Tables>, select: RawBuilder<unknown>): Promise<readonly string[]> {
  const { rows } = await (select as RawBuilder<{ id: string }>).execute(db)
  return rows.map(({ id }) => id)
}

function toRecord({ state, bytes, isPublic, ...row }: Row): ImageRecord {
  return { ...row, bytes: Number(bytes), isReady: state === 'ready', isPublic: Boolean(isPublic) }
}
