import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type Transaction,
} from 'kysely'
import { reach } from '../../ports/failpoints.ts'
import type { Tables } from '../sql/tables.ts'
import { takeInTime } from '../sql/take-in-time.ts'
import { UndoneError } from '../sql/undone-error.ts'
import type { PgClient, PgPool, PgQuery } from './pg-pool.ts'
import { isUnanswered } from './postgres-errors.ts'
import { isAlone } from './send-alone.ts'
import { createStatementNames } from './statement-names.ts'
import { limitStatements } from './transaction-limits.ts'

/**
 * Kysely on the host's pool. Transactions begin with their limits, in one round trip; a client is listened to while it is
 * out of the pool; values are read the same way whatever parsers the host has set; nothing ends the pool.
 */
export function pgDialect(pool: PgPool): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createDriver: () => createDriver(pool),
  }
}

/** Milliseconds to wait for a connection: a host's pool may have no limit of its own. */
const patience = 5000

/**
 * Milliseconds to wait for each answer in a transaction that has limits: longer than the server lets a statement take, for a
 * server that says nothing at all. The limits are there at this level of isolation; what reads or migrates takes its time.
 */
const answerPatience = 6000
const limitedLevel = 'read committed'

type Answer = Awaited<ReturnType<PgClient['query']>>

interface PgConnection extends DatabaseConnection {
  readonly client: PgClient
  isInTransaction: boolean
  isLimited: boolean
  /** Its transaction could not be begun or ended, or an answer is still to come: nobody may have it after this. */
  isBroken: boolean
  /** Rejects when its transaction could not be begun. */
  begun: Promise<unknown> | undefined
  /** Its COMMIT, and the statement that was sent with it. */
  ending: Promise<[commit: PromiseSettledResult<Answer>, last: PromiseSettledResult<unknown>]> | undefined
  run(query: PgQuery): ReturnType<PgClient['query']>
}

/** Statements that read or lock, sent at once: the server takes one after the other. */
interface Together extends CompiledQuery {
  readonly together: readonly [CompiledQuery, CompiledQuery]
}

function isTogether(query: CompiledQuery): query is Together {
  return 'together' in query
}

/**
 * Sends two statements at once, in a transaction of this dialect; a client of pg with the option `pipeline` does so in one
 * round trip. Kysely itself sends a statement when the one before it is answered.
 * @returns the rows of both
 */
export async function together<A, B>(
  trx: Transaction<Tables>,
  first: CompiledQuery<A>,
  second: CompiledQuery<B>,
): Promise<[readonly A[], readonly B[]]> {
  const query: Together = { ...first, together: [first, second] }
  const { rows } = await trx.executeQuery(query)
  return rows as unknown as [readonly A[], readonly B[]]
}

/** A statement that writes, and after which its transaction commits. */
interface Last extends CompiledQuery {
  readonly isLast: true
}

function isLast(query: CompiledQuery): query is Last {
  return 'isLast' in query
}

/**
 * Sends the last statement of a transaction of this dialect, which writes; a client of pg with the option `pipeline` sends
 * COMMIT with it, in one round trip. Nothing may be left to do: what it returns says that it is sent, and its COMMIT, whether
 * it has worked.
 */
export async function sendLast(trx: Transaction<Tables>, query: CompiledQuery): Promise<void> {
  const last: Last = { ...query, isLast: true }
  await trx.executeQuery(last)
}

function createDriver(pool: PgPool): Driver {
  const names = createStatementNames()
  const take = createTaker(pool)
  const ownOf = (connection: DatabaseConnection) => connection as PgConnection

  function connect(client: PgClient): PgConnection {
    const connection: PgConnection = {
      client,
      isInTransaction: false,
      isLimited: false,
      isBroken: false,
      begun: undefined,
      ending: undefined,
      async run(query) {
        try {
          return await client.query(connection.isLimited ? { ...query, query_timeout: answerPatience } : query)
        } catch (error) {
          connection.isBroken ||= isUnanswered(error)
          throw error
        }
      },
      async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
        if (isLast(query) && client.pipeline) {
          await connection.begun // after which `ask` awaits nothing before it sends: COMMIT comes behind its statement
          const written = ask(query)
          connection.ending = Promise.allSettled([connection.run({ text: 'commit' }), written])
          return { rows: [] }
        }
        if (isAlone(query)) {
          connection.isLimited = true
          await query.sendBy(askAlone, client.pipeline === true)
          return { rows: [] } // it has told already
        }
        if (!isTogether(query)) return ask(query)
        const [first, second] = query.together
        const answers = client.pipeline
          ? await Promise.all([ask(first), ask(second)])
          : [await ask(first), await ask(second)]
        return { rows: answers.map(({ rows }) => rows as R) }
      },
      // biome-ignore lint/correctness/useYield: refuses before the first row
      async *streamQuery() {
        throw new Error('Rows are not streamed here.')
      },
    }
    async function askAlone(query: CompiledQuery): Promise<QueryResult<unknown>> {
      const answer = ask(query)
      FAILPOINT: reach('afterUpsert')
      FAILPOINT: reach('beforeCommit')
      return answer
    }
    async function ask<R>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const query = { text, values: [...parameters], types }
      // Were the transaction not to begin, a statement that writes would do so outside of it.
      if (connection.begun && !reads.test(text)) await connection.begun
      const answer = connection.run({ ...query, name: names.nameOf(text) }).catch((error) => {
        if (!names.forgetIfLost(error) || connection.isInTransaction) throw error
        return connection.run(query)
      })
      if (connection.begun) await Promise.all([connection.begun, answer]) // of two that fail, the first says why
      const { command, rowCount, rows } = await answer
      const hasWritten = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE'
      return { rows: rows as R[], ...(hasWritten && { numAffectedRows: BigInt(rowCount ?? 0) }) }
    }
    return connection
  }

  return {
    init: async () => {},
    async acquireConnection() {
      const client = await takeInTime(take(), (late) => late.release(), patience)
      client.on('error', ignore) // the pool listens to idle clients only, and an error without listeners ends the process
      return connect(client)
    },
    async beginTransaction(connection, { isolationLevel }) {
      const level = isolationLevel ? ` isolation level ${isolationLevel}` : ''
      const own = ownOf(connection)
      own.isInTransaction = true
      own.isLimited = isolationLevel === limitedLevel
      own.isBroken = true // until it has begun: a part of it may have
      own.begun = own.run({ text: `start transaction${level}${limitStatements}` }).then(() => {
        own.isBroken = false
        own.begun = undefined
      })
      if (!own.client.pipeline) return void (await own.begun)
      own.begun.catch(ignore) // the first statement, or the end, tells
    },
    async commitTransaction(connection) {
      const own = ownOf(connection)
      await own.begun
      if (!own.ending) return void (await own.run({ text: 'commit' }))
      const [commit, last] = await own.ending
      if (commit.status === 'rejected') throw commit.reason
      // COMMIT alone says what became of it: of a statement that was carried out, the answer may come too late for us.
      if (commit.value.command !== 'ROLLBACK') return
      throw new UndoneError(last.status === 'rejected' ? last.reason : undefined)
    },
    async rollbackTransaction(connection) {
      const own = ownOf(connection)
      if (own.isBroken) return // it ends with its connection
      // What Kysely throws is then the first error, which says what happened; this one only says that it is over.
      await own.run({ text: 'rollback' }).catch(() => {
        own.isBroken = true
      })
    },
    async releaseConnection(connection) {
      const { client, isBroken } = ownOf(connection)
      client.release(isBroken)
      if (!isBroken) client.off('error', ignore)
    },
    destroy: async () => {},
  }
}

/**
 * Takes clients out of a pool. An error may come with the very bytes that end the handshake of a new client: the pool has
 * stopped to listen by then, and its promise has told nobody yet. So all that are made while somebody waits are listened to,
 * once each, until nobody waits: no byte is read until whoever waited listens.
 */
function createTaker(pool: PgPool): () => Promise<PgClient> {
  const made = new Set<Pick<PgClient, 'on' | 'off'>>()
  let waiting = 0

  function listen(client: Pick<PgClient, 'on' | 'off'>) {
    client.on('error', ignoreEarly)
    made.add(client)
  }

  return async () => {
    if (waiting++ === 0) pool.on('connect', listen)
    try {
      return await pool.connect()
    } finally {
      if (--waiting === 0) {
        pool.off('connect', listen)
        for (const client of made) client.off('error', ignoreEarly)
        made.clear()
      }
    }
  }
}

const reads = /^\s*select\b/

function ignore() {}
function ignoreEarly() {}

/** Object ids of https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  20: Number,
  21: Number,
  23: Number,
}
const asText = (text: string) => text
const types = { getTypeParser: (type: number) => parsers[type] ?? asText }
