import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PGlite } from '@electric-sql/pglite'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'

/**
 * Kysely on PGlite. It has one session, so whoever holds the connection (for a statement or a whole transaction)
 * holds the database; the others wait in order. It answers before the process does anything else, so a row of statements
 * gives up a turn now and then: to timers, to sockets, to whoever has to close a poll.
 *
 * @param beforeUse throws when the database must not be used any more
 */
export function pgliteDialect(pglite: PGlite, beforeUse: () => void): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createDriver: () => createDriver(pglite, beforeUse),
  }
}

/** Milliseconds of statements without a turn for anybody else. */
const longestTurn = 20

function createDriver(pglite: PGlite, beforeUse: () => void): Driver {
  const connection: DatabaseConnection = {
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      if (performance.now() - turnBegan > longestTurn) {
        await nextTurn()
        turnBegan = performance.now()
      }
      const { rows, affectedRows } = await pglite.query<R>(sql, [...parameters])
      return { rows, ...(affectedRows !== undefined && { numAffectedRows: BigInt(affectedRows) }) }
    },
    // biome-ignore lint/correctness/useYield: refuses before the first row
    async *streamQuery() {
      throw new Error('The embedded database does not stream rows.')
    },
  }
  let turnBegan = performance.now()
  const waiting: (() => void)[] = []
  let held = false

  return {
    init: async () => {},
    async acquireConnection() {
      if (held) await new Promise<void>((resolve) => waiting.push(resolve))
      held = true
      try {
        beforeUse()
      } catch (error) {
        passOn()
        throw error
      }
      return connection
    },
    beginTransaction: async (_, { isolationLevel }) => {
      await pglite.query(isolationLevel ? `begin isolation level ${isolationLevel}` : 'begin')
    },
    commitTransaction: async () => {
      await pglite.query('commit')
    },
    rollbackTransaction: async () => {
      await pglite.query('rollback')
    },
    releaseConnection: async () => passOn(),
    destroy: async () => {},
  }

  /** The connection stays held when someone waits: nobody can slip in between. */
  function passOn() {
    const next = waiting.shift()
    if (next) next()
    else held = false
  }
}
