import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import type { PoolClient } from 'pg'
import type { PostgresConnection } from './postgres-database.ts'

/** A door in the database, closed: whoever comes to it waits there, with every lock it holds, until it is opened. */
export interface Gate {
  /** May be called twice. */
  open(): Promise<void>
}

/** Where a gate stands: before a poll is closed, edited or reset; or before a transaction commits that wrote a vote. */
export type GatePlace = 'before polls are written' | 'before votes are committed'

const triggers: Readonly<Record<GatePlace, (name: string) => string>> = {
  'before polls are written': (name) =>
    `create trigger ${name} before update on live_poll_polls for each row execute function ${name}()`,
  'before votes are committed': (name) =>
    `create constraint trigger ${name} after insert or update on live_poll_votes
     deferrable initially deferred for each row execute function ${name}()`,
}

/** Closes a gate for every session; one that sets `session_replication_role` to `replica` walks through. */
export async function closeGate({ pool }: PostgresConnection, place: GatePlace): Promise<Gate> {
  const key = randomInt(2 ** 31)
  const name = `gate_${key}`
  const keeper = await pool.connect()
  await keeper.query(`select pg_advisory_lock(${key})`)
  await keeper.query(`create function ${name}() returns trigger language plpgsql set lock_timeout = 0 as
    $$ begin perform pg_advisory_xact_lock_shared(${key}); return new; end $$`)
  await keeper.query(triggers[place](name))
  let opening: Promise<void> | undefined
  return {
    open() {
      opening ??= keeper.query(`select pg_advisory_unlock(${key})`).then(() => keeper.release())
      return opening
    },
  }
}

const waitEvents = { gate: ['advisory'], row: ['transactionid', 'tuple'], lock: ['advisory', 'transactionid', 'tuple'] }

/**
 * Resolves when so many sessions wait: at a gate, for a row that another transaction has locked, or for either. One that waits
 * for a moment only, as first votes of several boxes do, is on its way somewhere else.
 */
export async function untilWaiting(
  { db }: PostgresConnection,
  where: 'gate' | 'row' | 'lock',
  sessions = 1,
): Promise<void> {
  await untilInDatabase(`${sessions} wait for a ${where}`, async () => {
    const { rows } = await sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_stat_activity where datname = current_database()
        and wait_event_type = 'Lock' and wait_event in (${sql.join(waitEvents[where])})
        and query_start < clock_timestamp() - interval '50 milliseconds'`.execute(db)
    return (rows[0]?.waiting ?? 0) >= sessions
  })
}

/** Locks a box in a transaction of its own. @returns its session, to end with `commit` or `rollback` and release */
export async function holdBox({ pool }: PostgresConnection, pollId: string, box: number): Promise<PoolClient> {
  const session = await pool.connect()
  await session.query('begin')
  await session.query('select from live_poll_boxes where poll_id = $1 and box = $2 for no key update', [pollId, box])
  return session
}

/** Makes a poll's closing time be this moment, as if it had stood there all along: nobody has to wait for it. */
export async function makeDue({ db }: PostgresConnection, pollId: string): Promise<void> {
  await sql`update live_poll_polls set closes_at = clock_timestamp() where id = ${pollId}`.execute(db)
}

/** Milliseconds until a condition that does not come true is an error. */
const patience = 60_000

/** Asks again and again, since the database tells nobody. @throws Error that names what did not come true */
export async function untilInDatabase(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patience
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`Waited ${patience} ms, and it is not so: ${what}.`)
  }
}
