import { NoConnectionError, takeInTime } from '../sql/take-in-time.ts'

/** A pool as `mysql2` or `mysql2/promise` makes it; no more of it than is used, so that nothing here imports mysql2. */
export type MysqlPool = CallbackPool | { readonly pool: CallbackPool }

interface CallbackPool {
  readonly config?: { readonly connectionLimit?: number }
  getConnection(callback: (error: Error | null, connection: PoolConnection) => void): void
}

export interface PoolConnection {
  query(statement: Statement, callback: Callback): unknown
  /** Prepares the statement where this connection has not done so yet. */
  execute(statement: Statement, values: Value[], callback: Callback): unknown
  /** Closes a prepared statement: a `Statement`, though its types say a string. */
  unprepare(statement: never): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
  release(): void
  /** Leaves the pool and hangs up. */
  destroy(): void
}

type Callback = (error: Error | null, result: unknown) => void
export type Value = string | number | boolean | null

export interface Statement {
  sql: string
  rowsAsArray: boolean
  nestTables: boolean
  typeCast: (field: unknown, next: () => unknown) => unknown
}

export function isMysqlPool(pool: MysqlPool | undefined): boolean {
  return pool !== undefined && typeof toCallbackPool(pool).getConnection === 'function'
}

/** How many the pool has at most. 10 where it does not say, or takes any number. */
export function connectionsOf(pool: MysqlPool): number {
  return toCallbackPool(pool).config?.connectionLimit || 10
}

function toCallbackPool(pool: MysqlPool): CallbackPool {
  return 'pool' in pool ? pool.pool : pool
}

/** A statement was not answered in time: whether it took place is unknown. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

/** @throws NoConnectionError after so many milliseconds, or when the pool cannot connect */
export function takeConnection(pool: MysqlPool, patience: number): Promise<PoolConnection> {
  const taking = new Promise<PoolConnection>((resolve, reject) => {
    toCallbackPool(pool).getConnection((error, connection) => {
      if (error) reject(new NoConnectionError('The pool could not connect.', { cause: error }))
      else resolve(connection)
    })
  })
  return takeInTime(taking, (connection) => connection.release(), patience)
}
