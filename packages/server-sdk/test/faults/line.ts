import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** One connection over a line. */
export interface LineConnection {
  /** Ends it at both ends; while the line is stopped, neither is told. */
  end(): void
}

/** A TCP line to a server of this machine, on which everything can happen that happens to lines. */
export interface Line {
  readonly port: number
  /** Has connections made from now on lead to another port. */
  leadTo(port: number): void
  /** Delays what is sent, in both directions, by so many milliseconds; 0 is not at all. */
  delay(ms: number): void
  /** Cuts every connection. */
  cut(): void
  /** A black hole: nothing comes through in either direction, and nobody is told, until `resume`. */
  stop(): void
  /** What was stopped goes on, in order, nothing lost. May be called when nothing is stopped. */
  resume(): void
  close(): Promise<void>
}

/** Asked about each chunk, when it is its turn. Who answers false has dropped it. */
export interface LineWatcher {
  /** Has a chunk to the server go in pieces, each a chunk with a turn of its own. */
  split?(chunk: Buffer): readonly Buffer[]
  toServer?(chunk: Buffer, connection: LineConnection): boolean
  toClient?(chunk: Buffer, connection: LineConnection): boolean
}

const whole = (chunk: Buffer) => [chunk]

/** @param port of a server on 127.0.0.1 */
export async function startLine(port: number, watcher: LineWatcher = {}): Promise<Line> {
  const connections = new Map<Socket, LineConnection>()
  let target = port
  let millis = 0
  let stopped: Promise<void> | undefined
  let resume = () => {}

  async function untilGoing() {
    while (stopped) await stopped
  }

  /** In order; what is dropped, or stopped by whoever watches, is decided when it is its turn. */
  function relay(
    from: Socket,
    split: (chunk: Buffer) => readonly Buffer[],
    pass: (piece: Buffer) => boolean,
    to: Socket,
  ) {
    let queue = Promise.resolve()
    from.on('data', (chunk) => {
      queue = queue.then(async () => {
        if (millis > 0) await sleep(millis)
        for (const piece of split(chunk)) {
          await untilGoing()
          const isPassed = pass(piece)
          await untilGoing()
          if (isPassed && to.writable) to.write(piece)
        }
      })
    })
    from.on('close', () => {
      queue = queue.then(untilGoing).then(() => void to.destroy())
    })
  }

  const listener = createServer((client) => {
    const server = connect(target, '127.0.0.1')
    const connection: LineConnection = {
      end() {
        void untilGoing().then(() => {
          client.destroy()
          server.destroy()
        })
      },
    }
    connections.set(client, connection)
    client.on('close', () => connections.delete(client))
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on('error', () => {}) // 'close' follows
    }
    relay(client, watcher.split ?? whole, (piece) => watcher.toServer?.(piece, connection) ?? true, server)
    relay(server, whole, (chunk) => watcher.toClient?.(chunk, connection) ?? true, client)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')

  return {
    port: (listener.address() as AddressInfo).port,
    leadTo(other) {
      target = other
    },
    delay(ms) {
      millis = ms
    },
    cut() {
      for (const connection of connections.values()) connection.end()
    },
    stop() {
      stopped ??= new Promise((resolve) => {
        resume = () => {
          stopped = undefined
          resolve()
        }
      })
    },
    resume: () => resume(),
    async close() {
      resume()
      listener.close()
      for (const client of connections.keys()) client.destroy()
      await once(listener, 'close')
    },
  }
}
