import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What becomes of a COMMIT: it never reaches the server, or its answer never comes back. */
export type CommitLoss = 'lost on its way' | 'answer lost'

/** A line between a node and its database that is cut at COMMITs. */
export interface CommitProxy {
  /** As the database's URL, by way of this line. */
  url: string
  /** COMMITs cut so far. */
  cuts(): number
  /**
   * Cuts the next COMMIT; everything stops in both directions, until `resume`, on all connections.
   * @returns resolves when it is cut: an answer lost is one that the server has given
   */
  cutNext(how: CommitLoss): Promise<void>
  /** Stops the next COMMIT on its way, and with it everything, until `resume`; nothing is lost. */
  stopNext(): Promise<void>
  resume(): void
  close(): Promise<void>
}

/** A statement of its own, in Postgres's `Query` and in MySQL's COM_QUERY: not the end of `read committed`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: both protocols are binary
const commit = /[\x00-\x1f]commit\x00?$/i

export async function startCommitProxy(databaseUrl: string): Promise<CommitProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let next: { readonly how: CommitLoss | 'stopped'; readonly happened: () => void } | undefined
  let cuts = 0
  let stopped: Promise<void> | undefined
  let resume = () => {}

  function stop() {
    stopped ??= new Promise((resolve) => {
      resume = () => {
        stopped = undefined
        resolve()
      }
    })
  }

  const listener = createServer((node) => {
    const server = connect(Number(target.port), target.hostname)
    let isAnswerLost = false
    const end = () => {
      node.destroy()
      server.destroy()
    }
    for (const socket of [node, server]) {
      sockets.add(socket)
      socket.on('error', () => {}) // 'close' follows
      socket.on('close', () => {
        sockets.delete(socket)
        void Promise.resolve(stopped).then(end) // not even an end comes through while everything is stopped
      })
    }
    /** What happens to a COMMIT of this connection, once. */
    function take() {
      const taken = next
      next = undefined
      return taken
    }
    let onAnswer = () => {}
    relay(node, (chunk) => {
      const cut = commit.test(chunk.toString('latin1')) ? take() : undefined
      if (!cut) return server.write(chunk)
      if (cut.how === 'answer lost') {
        isAnswerLost = true
        onAnswer = cut.happened
        return server.write(chunk)
      }
      stop()
      if (cut.how === 'lost on its way') {
        cuts++
        end()
      } else void stopped?.then(() => server.write(chunk))
      return cut.happened()
    })
    relay(server, (chunk) => {
      if (!isAnswerLost) return node.write(chunk)
      cuts++
      stop()
      end()
      return onAnswer()
    })
  })

  /** In order, and not while everything is stopped. */
  function relay(from: Socket, take: (chunk: Buffer) => unknown) {
    let line = Promise.resolve()
    from.on('data', (chunk) => {
      line = line.then(async () => {
        while (stopped) await stopped
        take(chunk)
      })
    })
  }

  function arm(how: CommitLoss | 'stopped'): Promise<void> {
    return new Promise((happened) => {
      next = { how, happened }
    })
  }

  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const url = new URL(databaseUrl)
  url.port = String((listener.address() as AddressInfo).port)
  return {
    url: url.href,
    cuts: () => cuts,
    cutNext: arm,
    stopNext: () => arm('stopped'),
    resume: () => resume(),
    async close() {
      resume()
      listener.close()
      for (const socket of sockets) socket.destroy()
      await once(listener, 'close')
    },
  }
}
