import { type Line, type LineConnection, startLine } from './line.ts'

/**
 * What becomes of a COMMIT, or of a statement that is a transaction of its own: it never reaches the server, or its answer never
 * comes back.
 */
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

/** On Postgres, the `Parse` of what writes first votes, which is a transaction of its own, and its name. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the protocol is binary
const parse = /P[\s\S]{4}(live_poll_\w+)\x00[^\x00]*write_first_votes/
/** A `Bind`, and the statement's name. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the protocol is binary
const bind = /B[\s\S]{4}\x00(live_poll_\w+)\x00/

/** A transaction may come in one chunk. What is before its COMMIT goes first. */
function splitAtCommit(chunk: Buffer): readonly Buffer[] {
  const start = chunk.toString('latin1').search(commit)
  return start > 0 ? [chunk.subarray(0, start), chunk.subarray(start)] : [chunk]
}

export async function startCommitProxy(databaseUrl: string): Promise<CommitProxy> {
  let next: { readonly how: CommitLoss | 'stopped'; readonly happened: () => void } | undefined
  /** Connections whose next answer is lost, what that says, and who waits for it. */
  const losing = new Map<LineConnection, { readonly answer: string; readonly happened: () => void }>()
  /** Statements that are a transaction of their own: a name stands for the same text on all connections. */
  const alone = new Set<string>()
  let cuts = 0

  function cutOff(connection: LineConnection) {
    cuts++
    line.stop()
    connection.end()
  }

  const url = new URL(databaseUrl)
  /** Answers of the statements before it come first, where they were sent with it. */
  const committed = url.protocol.startsWith('postgres') ? 'COMMIT\0' : ''

  /** @returns what the answer says, where a chunk commits */
  function answerTo(chunk: Buffer): string | undefined {
    const text = chunk.toString('latin1')
    const parsed = parse.exec(text)
    if (parsed?.[1]) alone.add(parsed[1])
    if (commit.test(text)) return committed
    return alone.has(bind.exec(text)?.[1] ?? '') ? 'SELECT ' : undefined
  }

  const line = await startLine(Number(url.port), {
    split: splitAtCommit,
    toServer(chunk, connection) {
      const answer = answerTo(chunk)
      if (!next || answer === undefined) return true
      const { how, happened } = next
      next = undefined
      if (how === 'answer lost') {
        losing.set(connection, { answer, happened })
        return true
      }
      if (how === 'lost on its way') cutOff(connection)
      else line.stop()
      happened()
      return how === 'stopped'
    },
    toClient(chunk, connection) {
      const lost = losing.get(connection)
      if (!lost || !chunk.includes(lost.answer)) return true
      losing.delete(connection)
      cutOff(connection)
      lost.happened()
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
