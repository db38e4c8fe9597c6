import { closeCodes } from '@live-poll/client-sdk/protocol'
import { createNotice } from '../upkeep/notice.ts'
import type { ChannelEvents, ChannelServer, ChannelSocket } from './channel-server.ts'
import { Connection, type ConnectionParts } from './connection.ts'
import { createEntrance } from './entrance.ts'

export type VoteChannelParts = Omit<ConnectionParts, 'onSlow' | 'onClosed'>

/** The channel, whichever WebSocket servers carry it. */
export interface VoteChannel {
  /**
   * A socket has finished its upgrade. Where too many come, and before `start`, it is told to try later (1013): a status
   * before the upgrade would say nothing to a browser's WebSocket, and look like a line that lets none through.
   * @returns what to tell of it
   */
  open(socket: ChannelSocket): ChannelEvents
  /** Asks for a stream of Server-Sent Events to come in. @returns 0, or milliseconds until it may ask again */
  admitStream(): number
  /** As `open`, for a stream that was admitted. */
  openStream(socket: ChannelSocket): ChannelEvents
  /** Adds a server to publish to. @returns detach */
  attach(server: ChannelServer): () => void
  publish(topic: string, frame: string): void
  start(parts: VoteChannelParts): void
  /** The sessions that its connections speak for. */
  sessions(): readonly string[]
  /** Closes the connections of a session with 4401: their clients come back as whoever is signed in then. */
  endSession(session: string): void
  /**
   * Sends everybody to other nodes, spread out: asks each client to leave at a moment of its own within `spread`
   * milliseconds, then closes those who have not, slice by slice. Who comes meanwhile is closed with 1012.
   * Resolves when nobody is left.
   */
  drain(spread: number): Promise<void>
  /** Closes all sockets with 1012, so that their clients come back to the next process. */
  close(): void
}

/** Milliseconds between looks at every socket's pace. */
const sweepInterval = 250

/** Who has not left when asked to is closed in so many slices, so many milliseconds apart. */
const slices = 20
const sliceInterval = 100

export function createVoteChannel(): VoteChannel {
  const servers = new Set<ChannelServer>()
  const connections = new Set<Connection>()
  /** Those of them that are streams of Server-Sent Events. */
  const streams = new Set<Connection>()
  let parts: ConnectionParts | undefined
  let sweep: NodeJS.Timeout | undefined
  let enter: ReturnType<typeof createEntrance> = () => 0
  let isDraining = false
  let onEmpty = () => {}

  function refuse(socket: ChannelSocket, code: number, reason: string): ChannelEvents {
    socket.close(code, reason)
    return { message() {}, binary() {}, drained() {}, closed() {} }
  }

  function restart(connection: Connection) {
    connection.close(closeCodes.RESTART, 'the server is restarting')
  }

  function closeInSlices() {
    const left = [...connections]
    const slice = Math.ceil(left.length / slices)
    const timer = setInterval(() => {
      for (const connection of left.splice(0, slice)) restart(connection)
      if (left.length === 0) clearInterval(timer)
    }, sliceInterval)
  }

  function open(socket: ChannelSocket): ChannelEvents {
    if (!parts) return refuse(socket, closeCodes.TRY_LATER, 'not ready')
    if (isDraining) return refuse(socket, closeCodes.RESTART, 'the server is restarting')
    const connection = new Connection(socket, parts)
    connections.add(connection)
    return connection
  }

  function onClosed(connection: Connection) {
    connections.delete(connection)
    streams.delete(connection)
    if (connections.size === 0) onEmpty()
  }

  return {
    open(socket) {
      if (!isDraining && enter('connection') > 0) return refuse(socket, closeCodes.TRY_LATER, 'too many at once')
      return open(socket)
    },
    admitStream: () => enter('stream'),
    openStream(socket) {
      const events = open(socket)
      if (events instanceof Connection) streams.add(events)
      return events
    },
    attach(server) {
      servers.add(server)
      return () => servers.delete(server)
    },
    publish(topic, frame) {
      for (const server of servers) server.publish(topic, frame)
    },
    start(started) {
      const { limits, load, metrics, logger } = started
      const noticeSlow = createNotice((times) =>
        logger.info(`${times} connections read too slowly and were closed with 4410.`),
      )
      parts = {
        ...started,
        onClosed,
        onSlow() {
          metrics.count('live_poll_slow_closed_total')
          noticeSlow()
        },
      }
      enter = createEntrance(limits.connectionsPerSecond, load, metrics, logger)
      metrics.gauge('live_poll_connections', () => connections.size)
      metrics.gauge('live_poll_event_streams', () => streams.size)
      sweep = setInterval(() => {
        const now = performance.now()
        for (const connection of connections) connection.sweep(now)
      }, sweepInterval)
      sweep.unref()
    },
    sessions: () => [...connections].flatMap((connection) => connection.session ?? []),
    endSession(session) {
      for (const connection of connections) {
        if (connection.session === session) connection.close(closeCodes.NOT_ADMITTED, 'the session has ended')
      }
    },
    async drain(spread) {
      isDraining = true
      if (connections.size === 0) return
      const emptied = new Promise<void>((resolve) => {
        onEmpty = resolve
      })
      for (const connection of connections) connection.drain(spread)
      const timer = setTimeout(closeInSlices, spread)
      await emptied
      clearTimeout(timer)
    },
    close() {
      parts = undefined
      clearInterval(sweep)
      for (const connection of connections) restart(connection)
    },
  }
}
