/**
 * A server in a process of its own, to be attacked: routes on several hosts, the channel on `ws` and on uWebSockets.js. Its
 * parent asks over IPC what it holds in memory.
 *
 * node --expose-gc --import tsx hostile-process.ts <directory> <admin key> <secret>
 */
import type { Server } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createLivePoll, type Database, type OpenDatabase } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachChannel } from '@live-poll/server-sdk/ws'
import { httpHosts } from '../hosts/http-hosts.ts'
import { channelListeners, listen, type WebSocketServerName } from '../listeners.ts'
import { neverShed } from '../never-shed.ts'
import { createRecordingLogger } from '../recording-logger.ts'
import { type HttpHostName, hostNames } from './start-hostile-process.ts'

export interface Held {
  /** Bytes of JavaScript objects and buffers after a collection. */
  readonly heap: number
  /** Bytes of the whole process, the database's included. */
  readonly resident: number
  /** The most that these were since it was asked for the last time. */
  readonly peak: number
  /** Pictures in the database that organizers without a name have uploaded, or begun to. */
  readonly images: number
  /** Open connections of the Node servers. */
  readonly connections: number
  /** What the log was told of as faults. */
  readonly faults: readonly string[]
}

export type FromHostileProcess =
  | {
      readonly type: 'ready'
      readonly origins: Readonly<Record<HttpHostName, string>>
      readonly channelUrls: Readonly<Record<WebSocketServerName, string>>
    }
  | ({ readonly type: 'held' } & Held)

const [directory = '', adminKey = '', secret = ''] = process.argv.slice(2)
const tell = (message: FromHostileProcess) => process.send?.(message)

const adapter = embedded({ directory })
let opened: OpenDatabase | undefined
const database: Database = {
  ...adapter,
  async open(log) {
    opened = await adapter.open(log)
    return opened
  },
}
const logger = createRecordingLogger()
const livePoll = createLivePoll({
  ...{ database, adminKey, secret, logger, shedding: neverShed },
  identify({ headers }) {
    const id = /^Bearer host-session-of-(\w+)$/.exec(headers.get('authorization') ?? '')?.[1]
    return id !== undefined && { id }
  },
  // What one makes is one's own; nobody is asked about who is not signed in.
  authorize: ({ user, poll }) => user !== undefined && (poll === undefined || poll.owner === user.id),
  captcha: { verify: async (answer) => answer === 'solved' },
  // Each case comes as new devices.
  newDevices: { perMinute: 1_000_000, burst: 1_000_000 },
})
await livePoll.ready()
const node = await listen(toNodeHandler(livePoll))
attachChannel(node.server, livePoll)
const origins = { node: node.origin } as Record<HttpHostName, string>
const servers: Server[] = [node.server]
for (const name of hostNames) {
  if (name === 'node') continue
  const host = await httpHosts[name]?.listen(livePoll)
  if (!host) throw new Error(`The table of hosts has no ${name}.`)
  origins[name] = host.origin
  if (host.server) servers.push(host.server)
}
const uws = await channelListeners['uWebSockets.js'](livePoll)

let peak = 0
const watching = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 5)
watching.unref()

process.on('message', async () => {
  await livePoll.api.listPolls({ limit: 1 }) // PGlite keeps the bytes of an answer until its next one
  for (let round = 0; round < 2; round++) {
    globalThis.gc?.()
    await nextTurn() // what is finalized in one collection frees more in the next
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  const { images = 0 } = (await opened?.images.usage(null)) ?? {}
  const connections = await Promise.all(servers.map(countConnections))
  tell({
    type: 'held',
    heap: heapUsed + arrayBuffers,
    resident: rss,
    peak,
    images,
    connections: connections.reduce((sum, count) => sum + count, 0),
    faults: logger.errors.map((entry) =>
      JSON.stringify(entry, (_, value) => (value instanceof Error ? value.stack : value)),
    ),
  })
  peak = 0
})
process.on('disconnect', () => process.exit())

tell({
  type: 'ready',
  origins,
  channelUrls: { ws: `${node.origin.replace('http', 'ws')}${livePoll.channel.path}`, 'uWebSockets.js': uws.channelUrl },
})

function countConnections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
}
