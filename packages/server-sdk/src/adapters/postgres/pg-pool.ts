/** The part of `pg` that the library uses: it does not depend on it. A `Pool` of pg 8 fits. */
export interface PgPool {
  connect(): Promise<PgClient>
  on(event: 'error', listener: (error: Error) => void): unknown
  /** A new client is there, and about to be handed over. */
  on(event: 'connect', listener: (client: Pick<PgClient, 'on' | 'off'>) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'connect', listener: (client: Pick<PgClient, 'on' | 'off'>) => void): unknown
  /** `max`: connections at most. */
  readonly options?: { readonly max?: number }
}

/** What is used of a client of `pg`. */
export interface PgClient {
  /** Whether it sends a query while another one is not answered yet. */
  readonly pipeline?: boolean
  query(query: PgQuery): Promise<PgResult>
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
  /** @param destroy true: the pool makes a new connection in its place */
  release(destroy?: boolean): void
}

/** A statement as `pg` takes it. */
export interface PgQuery {
  readonly text: string
  readonly values?: unknown[]
  /** The same for the same text: Postgres then parses and plans it once a connection. */
  readonly name?: string
  /** Milliseconds to wait for the answer; after that its error is `Query read timeout`. */
  readonly query_timeout?: number
  /** How values are read, instead of the way that the host has set for all of pg. */
  readonly types?: { getTypeParser(type: number): (text: string) => unknown }
}

interface PgResult {
  readonly command: string
  readonly rowCount: number | null
  readonly rows: unknown[]
}
