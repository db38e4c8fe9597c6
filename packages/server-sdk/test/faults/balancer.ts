import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'

/** A small load balancer: TCP connections go to nodes that say they are ready. */
export interface Balancer {
  readonly port: number
  close(): Promise<void>
}

/** Milliseconds between two questions to a node. */
const interval = 100
/** Milliseconds that a node has to answer: one that is busy is not one that is gone, and one that is gone refuses at once. */
const patience = 5000

/**
 * Asks each server whether it is ready, again and again, and gives a new connection to the ready one with the fewest. What
 * it has given stays there until one side ends it. Resolves once a server is ready.
 *
 * @param servers base URLs of the API, as they are now
 */
export async function startBalancer(servers: () => readonly string[]): Promise<Balancer> {
  const over = new AbortController()
  const counts = new Map<string, number>()
  const sockets = new Set<Socket>()
  let ready: readonly string[] = []

  async function look() {
    const answers = await Promise.all(servers().map(async (server) => ((await isReady(server)) ? [server] : [])))
    ready = answers.flat()
    await pass(interval, undefined, { signal: over.signal }).catch(() => {})
  }

  async function keepLooking() {
    while (!over.signal.aborted) await look()
  }

  const count = (server: string, by: number) => void counts.set(server, (counts.get(server) ?? 0) + by)

  const listener = createServer((client) => {
    const [server] = [...ready].sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0))
    if (server === undefined) return void client.destroy()
    const node = connect(Number(new URL(server).port), '127.0.0.1')
    count(server, 1)
    for (const [one, other] of [
      [client, node],
      [node, client],
    ] as const) {
      sockets.add(one)
      one.setNoDelay(true)
      one.on('error', () => {}) // 'close' follows
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
    node.on('close', () => count(server, -1))
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  while (ready.length === 0) await look()
  const looking = keepLooking()

  return {
    port: (listener.address() as AddressInfo).port,
    async close() {
      over.abort()
      listener.close()
      for (const socket of sockets) socket.destroy()
      await Promise.all([once(listener, 'close'), looking])
    },
  }
}

async function isReady(server: string): Promise<boolean> {
  try {
    const { ok } = await fetch(`${server}/health/ready`, { signal: AbortSignal.timeout(patience) })
    return ok
  } catch {
    return false
  }
}
