import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A line between browsers and a server, on a port of its own, that a test can cut. */
export interface Line {
  /** As in http://127.0.0.1:41234 */
  readonly url: string
  /** Ends every connection; new ones are fine. */
  cut(): void
  /** Ends every connection and refuses new ones, until `restore`. */
  takeDown(): Promise<void>
  /** Connections that are open carry nothing from now on, and nobody is told; new ones are fine. As after a long sleep. */
  deaden(): void
  restore(): Promise<void>
  close(): Promise<void>
}

export async function startLine(port: number): Promise<Line> {
  const sockets = new Set<Socket>()
  let server = await listen(0)
  const { port: own } = server.address() as AddressInfo

  async function listen(at: number): Promise<Server> {
    const listening = createServer(join).listen(at, '127.0.0.1')
    await once(listening, 'listening')
    return listening
  }

  function join(near: Socket) {
    const far = connect(port, '127.0.0.1')
    near.pipe(far).pipe(near)
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(end)
      end.on('error', () => {}) // 'close' follows
      end.on('close', () => {
        sockets.delete(end)
        other.destroy()
      })
    }
  }

  function cut() {
    for (const socket of sockets) socket.destroy()
  }

  async function stopListening() {
    const stopped = new Promise<void>((resolve) => server.close(() => resolve()))
    cut()
    await stopped
  }

  return {
    url: `http://127.0.0.1:${own}`,
    cut,
    takeDown: stopListening,
    deaden() {
      for (const socket of sockets) {
        socket.unpipe()
        socket.pause()
      }
    },
    async restore() {
      server = await listen(own)
    },
    close: stopListening,
  }
}
