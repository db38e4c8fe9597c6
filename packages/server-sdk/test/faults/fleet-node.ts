/**
 * A node of a fleet in a process of its own: routes and channel on a free port. At the failpoint that its parent arms it
 * says so, and kills or stops itself there.
 *
 * node fleet-node.mjs <FleetNodeStart as JSON>
 */
import { writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Cluster } from 'ioredis'
import { redis } from '../../src/adapters/redis/redis.ts'
import { createLivePoll, type DrainOptions } from '../../src/create-live-poll.ts'
import { armFailpoints, type Failpoint } from '../../src/ports/failpoints.ts'
import { toNodeHandler } from '../../src/use/node.ts'
import { attachChannel } from '../../src/use/ws.ts'
import { neverShed } from '../never-shed.ts'
import { databaseAdapters, type FaultyDatabase } from './database-adapters.ts'

export interface FleetNodeStart {
  readonly database: FaultyDatabase
  readonly url: string
  /** Of the Redis that carries results between nodes; without it, each reads the database. */
  readonly redisUrl?: string
  /** Ports of the masters of a Redis Cluster, in place of one Redis. */
  readonly redisPorts?: readonly number[]
  readonly secret: string
  readonly adminKey: string
}

/** At the so-manyeth passing of a point, a signal to oneself. */
export interface ArmedFailpoint {
  readonly point: Failpoint
  readonly passing: number
  readonly signal: 'SIGKILL' | 'SIGSTOP'
}

/** What it is told over IPC: where to fault, in place of what it was told before, or to drain and then to end. */
export type FleetNodeOrder = { readonly arm: ArmedFailpoint | null } | { readonly drain: DrainOptions }

/** What it says over IPC. That a point is reached it writes to its output, in one line: that is there before it dies. */
export interface FleetNodeReady {
  readonly port: number
}

const { database, url, redisUrl, redisPorts, secret, adminKey } = JSON.parse(process.argv[2] ?? '') as FleetNodeStart
const livePoll = createLivePoll({
  database: databaseAdapters[database](url),
  ...(redisUrl && { redis: redis({ url: redisUrl }) }),
  ...(redisPorts && { redis: redis({ client: new Cluster(redisPorts.map((port) => ({ host: '127.0.0.1', port }))) }) }),
  secret,
  adminKey,
  logger: { info() {}, warn() {}, error() {} },
  channel: { messagesPerSecond: 100_000, messageBurst: 100_000 },
  shedding: neverShed,
})
const server = createServer(toNodeHandler(livePoll))
attachChannel(server, livePoll)

let armed: ArmedFailpoint | null = null
let passings = 0
process.on('message', (order: FleetNodeOrder) => {
  if ('drain' in order) return void livePoll.drain(order.drain).then(() => process.exit())
  armed = order.arm
  passings = 0
})
process.on('disconnect', () => process.exit())
armFailpoints((point) => {
  if (armed?.point !== point || ++passings < armed.passing) return
  const { signal } = armed
  armed = null
  writeSync(1, `${point}\n`)
  process.kill(process.pid, signal) // it has effect before the next statement
})

await livePoll.ready()
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
