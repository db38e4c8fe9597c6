import { closeCodes } from '@live-poll/client-sdk/protocol'
import type { ChannelEvents, ChannelServer, ChannelSocket } from './channel-server.ts'
import { type Connection, type ConnectionParts, createConnection } from './connection.ts'

/** The channel, whichever WebSocket servers carry it. */
export interface VoteChannel {
  /** A socket has finished its upgrade; before `start` it is told to try later. @returns what to tell of it */
  open(socket: ChannelSocket): ChannelEvents
  /** Adds a server to publish to. @returns detach */
  attach(server: ChannelServer): () => void
  publish(topic: string, frame: string): void
  start(parts: ConnectionParts): void
  /** The sessions that its connections speak for. */
  sessions(): readonly string[]
  /** Closes the connections of a session with 4401: their clients come back as whoever is signed in then. */
  endSession(session: string): void
  /** Closes all sockets with 1012, so that their clients come back to the next process. */
  close(): void
}

/** Milliseconds between looks at every socket's pace. */
const sweepInterval = 250

export function createVoteChannel(): VoteChannel {
  const servers = new Set<ChannelServer>()
  const connections = new Set<Connection>()
  let parts: ConnectionParts | undefined
  let sweep: NodeJS.Timeout | undefined

  return {
    open(socket) {
      if (!parts) {
        socket.close(closeCodes.TRY_LATER, 'not ready')
        return { message() {}, binary() {}, drained() {}, closed() {} }
      }
      const { logger } = parts
      const connection = createConnection(socket, parts)
      connections.add(connection)
      return {
        ...connection,
        message(data) {
          // WebSocket servers call this from an event: what is thrown there ends the host's process.
          try {
            connection.message(data)
          } catch (error) {
            logger.error('A channel message failed.', error)
            connection.close(closeCodes.TRY_LATER, 'something went wrong')
          }
        },
        closed() {
          connections.delete(connection)
          connection.closed()
        },
      }
    },
    attach(server) {
      servers.add(server)
      return () => servers.delete(server)
    },
    publish(topic, frame) {
      for (const server of servers) server.publish(topic, frame)
    },
    start(started) {
      parts = started
      sweep = setInterval(() => {
        const now = performance.now()
        for (const connection of connections) connection.sweep(now)
      }, sweepInterval)
      sweep.unref()
    },
    sessions: () => [...connections].flatMap((connection) => connection.session() ?? []),
    endSession(session) {
      for (const connection of connections) {
        if (connection.session() === session) connection.close(closeCodes.NOT_ADMITTED, 'the session has ended')
      }
    },
    close() {
      parts = undefined
      clearInterval(sweep)
      for (const connection of connections) connection.close(closeCodes.RESTART, 'the server is restarting')
    },
  }
}
