import { type Line, type LineConnection, startLine } from './line.ts'

/** What becomes of a COMMIT: it never reaches the server, or its answer never comes back. */
export type CommitLoss = 'lost on its way' | 'answer lost'

/** A line between a node and its database that is cut at COMMITs. */
export interface CommitProxy extends Line {
  /** As the database's URL, by way of this line. */
  readonly url: string
  /** COMMITs cut so far. */
  cuts(): number
  /**
   * Cuts the next COMMIT; everything stops in both directions, until `resume`, on all connections.
   * @returns resolves when it is cut: an answer lost is one that the server has given
   */
  cutNext(how: CommitLoss): Promise<void>
  /** Stops the next COMMIT on its way, and with it everything, until `resume`; nothing is lost. */
  stopNext(): Promise<void>
  /** What `cutNext` or `stopNext` waits for is not to happen any more, if it has not. */
  forgetNext(): void
}

/**
 * The message at the end of a chunk: Postgres's `Query`, of a type, 4 bytes of length and a text, or MySQL's COM_QUERY, of 4
 * bytes and a type.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: both protocols are binary
const commit = /(?:Q[\s\S]{4}commit\x00|[\s\S]{4}\x03commit)$/i

/** A transaction may come in one chunk. What is before its COMMIT goes first. */
function splitAtCommit(chunk: Buffer): readonly Buffer[] {
  const start = chunk.toString('latin1').search(commit)
  return start > 0 ? [chunk.subarray(0, start), chunk.subarray(start)] : [chunk]
}

export async function startCommitProxy(databaseUrl: string): Promise<CommitProxy> {
  let next: { readonly how: CommitLoss | 'stopped'; readonly happened: () => void } | undefined
  /** Connections whose next answer is lost, and who waits for that. */
  const losing = new Map<LineConnection, () => void>()
  let cuts = 0

  function cutOff(connection: LineConnection) {
    cuts++
    line.stop()
    connection.end()
  }

  const url = new URL(databaseUrl)
  /** Answers of the statements before it come first, where they were sent with it. */
  const committed = url.protocol.startsWith('postgres') ? 'COMMIT\0' : ''
  const line = await startLine(Number(url.port), {
    split: splitAtCommit,
    toServer(chunk, connection) {
      if (!next || !commit.test(chunk.toString('latin1'))) return true
      const { how, happened } = next
      next = undefined
      if (how === 'answer lost') {
        losing.set(connection, happened)
        return true
      }
      if (how === 'lost on its way') cutOff(connection)
      else line.stop()
      happened()
      return how === 'stopped'
    },
    toClient(chunk, connection) {
      const happened = losing.get(connection)
      if (!happened || !chunk.includes(committed)) return true
      losing.delete(connection)
      cutOff(connection)
      happened()
      return false
    },
  })
  function arm(how: CommitLoss | 'stopped'): Promise<void> {
    return new Promise((happened) => {
      next = { how, happened }
    })
  }

  url.port = String(line.port)
  return {
    ...line,
    url: url.href,
    cuts: () => cuts,
    cutNext: arm,
    stopNext: () => arm('stopped'),
    forgetNext() {
      next = undefined
      losing.clear()
    },
  }
}
