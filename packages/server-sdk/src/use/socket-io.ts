import type { IncomingHttpHeaders } from 'node:http'
import { closeCodes, encode, errors, limits } from '@live-poll/client-sdk/protocol'
import type { ChannelEvents } from '../channel/channel-server.ts'
import type { Identify, LivePoll, Logger } from '../index.ts'
import { type Acknowledge, createAcknowledgements } from './socket-io-acknowledgements.ts'
import { letThrough, onTaken, type SocketIoConnection, waitingFor } from './socket-io-connection.ts'

export type { SocketIoConnection, SocketIoEmitter } from './socket-io-connection.ts'

/** What is used of a Socket.IO 4 `Socket`. */
export interface SocketIoSocket {
  readonly connected: boolean
  readonly rooms: ReadonlySet<string>
  readonly handshake: { readonly headers: IncomingHttpHeaders; readonly query: { readonly transport?: unknown } }
  readonly conn: SocketIoConnection
  on(event: 'message' | 'disconnect', listener: (...args: unknown[]) => void): unknown
  emit(event: string, message: object): unknown
  join(room: string): unknown
  leave(room: string): unknown
  disconnect(): unknown
}

/** What is used of a room. */
export interface SocketIoBroadcast {
  to(room: string): SocketIoBroadcast
  except(rooms: string[]): SocketIoBroadcast
  emit(event: string, message: object): unknown
}

/** What is used of a Socket.IO 4 `Namespace`: nothing here imports Socket.IO. */
export interface SocketIoNamespace<Socket extends SocketIoSocket = SocketIoSocket> {
  readonly sockets: ReadonlyMap<string, Socket>
  readonly adapter: { readonly rooms: ReadonlyMap<string, ReadonlySet<string>> }
  readonly local: SocketIoBroadcast
  use(middleware: (socket: Socket, next: (error?: Error) => void) => void): unknown
  on(event: 'connection', listener: (socket: Socket) => void): unknown
  off(event: 'connection', listener: (socket: Socket) => void): unknown
}

/** Who a socket is. */
export interface SocketIoOptions<Socket> {
  /**
   * The host's user who has connected, by what the host's own middleware has found out. `hello` is then said for each
   * socket: for the voter that this `id` is everywhere else, or for nobody, who may say it again with a ticket or token.
   * A `session` is not looked at: the host ends its sockets itself.
   * @default each client says its own `hello`
   */
  readonly identify?: (socket: Socket) => ReturnType<Identify>
  /** Told when `identify` fails: that socket is closed with 1013. @default console */
  readonly logger?: Pick<Logger, 'error'>
}

/** Begins the rooms of topics, beside which the host may have its own. */
const roomPrefix = 'live-poll:'

/** Values in a message: each takes two bytes of it at least. */
const mostValues = limits.messageBytes / 2

/**
 * Serves the channel on a Socket.IO namespace of the host's: each message of the protocol is the one argument of an event
 * `message`, as an object. A client may send text, too. A vote may come with an acknowledgement, which is then what gets
 * its answer. The code and reason of a close come as an event `closed` before the disconnect.
 *
 * What is published goes to the sockets of this node, whatever adapter the namespace has.
 *
 * @returns detach; the sockets themselves are closed by `livePoll.close()`
 * @example socketIo(io.of('/live-poll'), livePoll)
 */
export function socketIo<Socket extends SocketIoSocket>(
  namespace: SocketIoNamespace<Socket>,
  livePoll: LivePoll,
  { identify, logger = console }: SocketIoOptions<Socket> = {},
): () => void {
  const { channel } = livePoll
  let isAttached = true

  function onConnection(socket: Socket) {
    const { conn } = socket
    const acknowledgements = createAcknowledgements()
    let isLeaving = false
    let hasEnded = false

    // A recovered socket is on what it was on before, and nobody here knows of it: it says hello and watches again.
    for (const room of socket.rooms) if (room.startsWith(roomPrefix)) socket.leave(room)

    function close(code: number, reason: string) {
      isLeaving = true
      socket.emit('closed', { code, reason })
      socket.disconnect()
    }
    const events = channel.open({
      origin: originOf(socket),
      send(frame) {
        const message = JSON.parse(frame)
        if (!acknowledgements.give(message)) socket.emit('message', message)
      },
      cork: (work) => work(), // Engine.IO itself writes together what comes while it writes
      subscribe: (topic) => void socket.join(roomPrefix + topic),
      unsubscribe: (topic) => void socket.leave(roomPrefix + topic),
      buffered() {
        const waiting = waitingFor(conn)
        if (waiting === 0) letThrough(conn)
        return waiting
      },
      close,
      terminate: () => conn.close(true),
    })
    if (!socket.connected) return

    const stop = onTaken(conn, () => {
      if (!isLeaving) events.drained()
      else if (waitingFor(conn) === 0) end()
    })
    function end() {
      if (hasEnded) return
      hasEnded = true
      stop()
      conn.off('close', end)
      events.closed()
    }
    conn.on('close', end)
    // A socket that is sent away is gone for Socket.IO at once: here it is when it has been told why, or is ended for it.
    socket.on('disconnect', () => {
      if (!isLeaving || waitingFor(conn) === 0) end()
    })

    let introducing: Promise<void> | undefined
    if (identify) {
      introducing = introduce(socket, events, close).finally(() => {
        introducing = undefined
      })
    }
    function receive(message: unknown, acknowledge: unknown) {
      const text = toText(message)
      if (text === undefined) return events.binary()
      const read = () => events.message(Buffer.from(text))
      if (typeof acknowledge === 'function') acknowledgements.expect(text, acknowledge as Acknowledge, read)
      else read()
    }
    socket.on('message', (message, acknowledge) => {
      if (introducing) void introducing.then(() => receive(message, acknowledge))
      else receive(message, acknowledge)
    })
  }

  /** Says hello for who has connected. */
  async function introduce(socket: Socket, events: ChannelEvents, close: (code: number, reason: string) => void) {
    try {
      const user = await identify?.(socket)
      const [voter] = user ? await livePoll.api.nameVoters([user.id]) : []
      events.message(Buffer.from(encode({ type: 'hello', ...(voter && { ticket: voter.ticket }) })))
    } catch (error) {
      logger.error('Who has connected over Socket.IO could not be found out.', error)
      close(closeCodes.TRY_LATER, 'not ready')
    }
  }

  // Socket.IO takes no middleware off again: once detached, it lets everybody pass.
  namespace.use((socket, next) => {
    const { headers } = socket.handshake
    const fetchSite = headers['sec-fetch-site'] as string | undefined
    const caller = { origin: headers.origin ?? null, host: headers.host ?? null, fetchSite: fetchSite ?? null }
    if (!isAttached || channel.allows(caller)) return next()
    next(Object.assign(new Error(errors.ORIGIN_NOT_ALLOWED.message), { data: { code: 'ORIGIN_NOT_ALLOWED' } }))
  })
  namespace.on('connection', onConnection)
  const detach = channel.attach({
    publish(topic, frame) {
      const room = roomPrefix + topic
      const full: string[] = []
      for (const id of namespace.adapter.rooms.get(room) ?? []) {
        const socket = namespace.sockets.get(id)
        if (socket && waitingFor(socket.conn) > channel.mostBuffered) full.push(id)
      }
      // Local: the adapters of other nodes would send it again to those whom their own node tells.
      namespace.local.to(room).except(full).emit('message', JSON.parse(frame))
    },
  })
  return () => {
    isAttached = false
    namespace.off('connection', onConnection)
    detach()
  }
}

/** Browsers say it at a WebSocket's handshake, but not at a GET of the server's own page, as long polling begins with. */
function originOf({ handshake: { headers, query } }: SocketIoSocket): string | null | undefined {
  return headers.origin ?? (query.transport === 'websocket' ? null : undefined)
}

/** @returns undefined for what is neither text nor plain values; a Buffer may be named in it many thousand times */
function toText(message: unknown): string | undefined {
  if (typeof message === 'string') return message
  let values = 0
  try {
    return JSON.stringify(message, function (this: Record<string, unknown>, key: string, value: unknown) {
      if (ArrayBuffer.isView(this[key]) || ++values > mostValues) throw new TypeError('This is no message.')
      return value
    })
  } catch {
    return undefined
  }
}
