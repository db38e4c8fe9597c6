import type { CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { Tables } from '../sql/tables.ts'

/** Sends a statement on one connection. */
export type Send = (query: CompiledQuery) => Promise<QueryResult<unknown>>

/** A statement that writes, and is all of its transaction. */
export interface Alone extends CompiledQuery {
  readonly isAlone: true
  /**
   * Sends it, and what follows it.
   * @param pipelines whether a statement may be sent before the one before it is answered
   * @returns when all of that is answered: until then its connection is kept
   */
  sendBy(send: Send, pipelines: boolean): Promise<void>
}

export function isAlone(query: CompiledQuery): query is Alone {
  return 'isAlone' in query
}

/** Statements on one connection, each sent without waiting for the answer to the one before. */
class Line {
  readonly ended: Promise<void>
  /** Whether others may follow: until all is answered, or one has failed, for that may be the connection. */
  isOpen = true
  readonly #send: Send
  #unanswered = 0
  #end = () => {}

  constructor(send: Send) {
    this.#send = send
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  async ask(query: CompiledQuery): Promise<QueryResult<unknown>> {
    this.#unanswered++
    try {
      return await this.#send(query)
    } catch (error) {
      this.isOpen = false
      throw error
    } finally {
      this.#unanswered--
      if (this.#unanswered === 0) {
        this.isOpen = false // at once: whoever hears of the answer may send the next
        this.#end()
      }
    }
  }
}

const linesOf = new WeakMap<Kysely<Tables>, Map<string, Line>>()

/**
 * Sends a statement that writes and is a transaction of its own, in one round trip: where nobody has to wait for a node that
 * stands still. It sets its own limits to what it waits for. Its answer comes when it has committed; without one, it may have.
 *
 * @param name of those that wait for each other anyway, as for the lock of a box: where one of these is not answered yet, it is
 * sent behind that, on the same connection, if a client of pg has the option `pipeline`; the server begins it when it is done
 * with the other, and nothing has to come back before. Left out: it follows none.
 */
export async function sendAlone<R>(
  db: Kysely<Tables>,
  query: CompiledQuery<R>,
  name: string | undefined,
): Promise<readonly R[]> {
  const lines = linesOf.get(db) ?? new Map<string, Line>()
  linesOf.set(db, lines)
  const before = name === undefined ? undefined : lines.get(name)
  const answer = before?.isOpen ? before.ask(query) : begin(db, query, name, lines)
  return (await answer).rows as R[]
}

function begin(
  db: Kysely<Tables>,
  query: CompiledQuery,
  name: string | undefined,
  lines: Map<string, Line>,
): Promise<QueryResult<unknown>> {
  return new Promise((resolve, reject) => {
    const alone: Alone = {
      ...query,
      isAlone: true,
      async sendBy(send, pipelines) {
        const line = new Line(send)
        line.ask(query).then(resolve, reject)
        if (name === undefined || !pipelines) return line.ended
        lines.set(name, line)
        await line.ended
        if (lines.get(name) === line) lines.delete(name)
      },
    }
    db.executeQuery(alone).then(resolve, reject) // after `sendBy` has told; a driver of the host's knows nothing of that
  })
}
