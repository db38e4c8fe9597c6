import type { CompiledQuery, DatabaseConnection, IsolationLevel, QueryResult } from 'kysely'
import {
  type MysqlPool,
  NoAnswerError,
  type PoolConnection,
  type Statement,
  takeConnection,
  type Value,
} from './mysql-pool.ts'

/** Milliseconds to wait for a connection, and for the answer to each statement of a transaction. */
const patience = 5000

/**
 * Seconds, for a transaction of ours. Limits of one transaction do not exist here, only of the session: they are the
 * host's again when it has ended. A node that is paused inside a transaction loses its connection, and with it its locks.
 */
const limits = { innodb_lock_wait_timeout: 3, wait_timeout: 2, net_read_timeout: 2, net_write_timeout: 2 }

/** Each server reads the one of these that it knows, and takes the other for a comment. */
const isolationVariable = '/*!80000 @@session.transaction_isolation *//*M! @@session.tx_isolation */'

/** What a transaction changes of the session: a variable, and the name that its old value has meanwhile. */
const variables = [
  [isolationVariable, '@live_poll_isolation'],
  ['@@session.autocommit', '@live_poll_autocommit'],
  ...Object.keys(limits).map((name) => [`@@session.${name}`, `@live_poll_${name}`] as const),
] as const

/** One statement saves the old values and sets the new ones: all are read before the first is written. */
function beginning(isolation: IsolationLevel): string {
  const values = [`'${isolation.toUpperCase().replace(' ', '-')}'`, '0', ...Object.values(limits)]
  const saved = variables.map(([variable, name]) => `${name} = ${variable}`)
  return `set ${[...saved, ...variables.map(([variable], index) => `${variable} = ${values[index]}`)].join(', ')}`
}

const restoring = `set ${variables.map(([variable, name]) => `${variable} = ${name}`).join(', ')}`

/** Statements that a connection keeps prepared: the host's server has a limit for all its connections together. */
const maxPrepared = 100
const preparedOn = new WeakMap<PoolConnection, Map<string, Statement>>()

/** One connection of the host's pool for as long as we hold it. */
export class MysqlSession implements DatabaseConnection {
  readonly #connection: PoolConnection
  #isInTransaction = false
  /** It has failed in a way that leaves its state unknown: nobody may have it any more. */
  #isSpoilt = false

  private constructor(connection: PoolConnection) {
    this.#connection = connection
    connection.on('error', ignore) // the pool listens for the first only: a second one would end this process
  }

  static async open(pool: MysqlPool): Promise<MysqlSession> {
    return new MysqlSession(await takeConnection(pool, patience))
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const result = await this.#run(sql, parameters)
    if (Array.isArray(result)) return { rows: result as R[] }
    const { affectedRows } = result as { affectedRows?: number }
    return { rows: [], ...(affectedRows !== undefined && { numAffectedRows: BigInt(affectedRows) }) }
  }

  // biome-ignore lint/correctness/useYield: refuses before the first row
  async *streamQuery(): AsyncGenerator<never> {
    throw new Error('MySQL does not stream rows here.')
  }

  async begin(isolation: IsolationLevel): Promise<void> {
    this.#isInTransaction = true // from here on the session may be ours: it is restored, or it goes
    await this.#run(beginning(isolation))
  }

  async commit(): Promise<void> {
    try {
      await this.#run('commit')
    } catch (error) {
      this.#isSpoilt = true
      throw error
    }
  }

  /** Also after a lock was not had in time, which undoes only its statement; and after a deadlock, which undoes all. */
  async rollback(): Promise<void> {
    await this.#run('rollback').catch(() => {
      this.#isSpoilt = true // the server undoes what is not committed when the connection ends
    })
  }

  /** Gives the connection back as it was. Whoever waits for an answer need not wait for this. */
  release(): void {
    const leave = () => {
      if (this.#isSpoilt) this.#connection.destroy()
      else {
        this.#connection.removeListener('error', ignore)
        this.#connection.release()
      }
    }
    if (this.#isSpoilt || !this.#isInTransaction) leave()
    else {
      this.#run(restoring)
        .catch(() => {
          this.#isSpoilt = true
        })
        .then(leave)
    }
  }

  #run(sql: string, parameters: readonly unknown[] = []): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = this.#isInTransaction ? setTimeout(giveUp, patience, this) : undefined
      function giveUp(session: MysqlSession) {
        session.#isSpoilt = true
        reject(new NoAnswerError(`The database did not answer for ${patience} ms.`))
      }
      const settle = (error: Error | null, result: unknown) => {
        clearTimeout(timer)
        if (!error) return resolve(result)
        if ('fatal' in error && error.fatal) this.#isSpoilt = true
        reject(error)
      }
      const statement = { sql, ...asWritten }
      if (parameters.length === 0) this.#connection.query(statement, settle)
      else {
        // Prepared, so that no value is ever part of the text: quoting would depend on the server's `sql_mode`.
        rememberPrepared(this.#connection, statement)
        this.#connection.execute(statement, parameters as Value[], settle)
      }
    })
  }
}

/** Rows as objects, and values as the driver reads them: whatever the host has set for its own statements. */
const asWritten = { rowsAsArray: false, nestTables: false, typeCast: (_: unknown, next: () => unknown) => next() }

function rememberPrepared(connection: PoolConnection, statement: Statement) {
  let prepared = preparedOn.get(connection)
  if (!prepared) {
    prepared = new Map()
    preparedOn.set(connection, prepared)
  }
  prepared.delete(statement.sql)
  prepared.set(statement.sql, statement)
  const [oldest] = prepared.size > maxPrepared ? prepared.values() : []
  if (!oldest) return
  prepared.delete(oldest.sql)
  connection.unprepare(oldest as never)
}

function ignore() {}
