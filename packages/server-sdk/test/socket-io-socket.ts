import { once } from 'node:events'
import { type ErrorCode, errors, type ServerMessage } from '@live-poll/client-sdk/protocol'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import type { WebSocket } from 'ws'
import { createInbox, type Inbox } from './inbox.ts'
import type { RawSocket, RawSocketOptions } from './raw-socket.ts'

/** What Socket.IO says when the namespace's middleware has refused a socket. */
export type Refusal = Error & { readonly data?: { readonly code: ErrorCode } }

/** Why a channel was closed. */
interface Closed {
  readonly code: number
  readonly reason: string
}

/** A socket of Socket.IO's own client, and what it is sent. */
export interface SocketIoVisitor extends Inbox {
  readonly socket: Socket
  /** The connection itself, for what Socket.IO's client does not do. Not over long polling. */
  readonly ws: WebSocket
  /** Resolves when the socket has left the namespace, or was sent away, for good. */
  readonly closed: Promise<Closed>
}

/**
 * Connects to a namespace.
 * @param url of the namespace
 * @throws Refusal
 */
export async function visitSocketIo(
  url: string,
  options: Partial<SocketOptions & ManagerOptions> = {},
): Promise<SocketIoVisitor> {
  const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options })
  const { inbox, put, end } = createInbox()
  let told: Closed = { code: 1006, reason: '' } // what a WebSocket says where nobody has said anything
  socket.on('message', (message: ServerMessage) => {
    if (typeof message?.type !== 'string') throw new Error(`The server sent what is no message: ${message}`)
    put(message)
  })
  socket.on('closed', (why: Closed) => {
    told = why
  })
  const closed = new Promise<Closed>((resolve) => {
    socket.on('disconnect', () => options.reconnection || resolve(told))
  })
  void closed.then(({ code, reason }) => end(`closed with ${code} ${reason}`))
  const ws = await new Promise<WebSocket>((resolve, reject) => {
    // At once: its client lets go of the connection when it has ended.
    socket.on('connect', () => resolve((socket.io.engine.transport as unknown as { ws: WebSocket }).ws))
    socket.on('connect_error', (error) => {
      socket.disconnect()
      reject(error)
    })
  })
  return { socket, ws, closed, ...inbox }
}

/**
 * As `openRawSocket`, over a namespace of Socket.IO.
 * @throws with the HTTP status of the code when the namespace refuses it
 */
export async function openSocketIo(url: string, { origin }: RawSocketOptions): Promise<RawSocket> {
  const headers = origin === undefined ? {} : { extraHeaders: { origin } }
  const { socket, ws, closed, ...inbox } = await visitSocketIo(url, headers).catch((error: Refusal) => {
    throw new Error(error.data ? `${errors[error.data.code].status} ${error.message}` : error.message)
  })

  function send(message: object | string | Uint8Array) {
    if (!(message instanceof Uint8Array)) return void socket.emit('message', message)
    const [before, after] = [`42${new URL(url).pathname},["message",`, ']'].map((text) => Buffer.from(text))
    ws.send(Buffer.concat([before ?? Buffer.of(), message, after ?? Buffer.of()]), { binary: false })
  }
  return {
    protocol: ws.protocol,
    send,
    sendBinary: (data) => void socket.emit('message', Buffer.from(data)),
    ...inbox,
    async settle() {
      send({ type: 'ping' })
      await inbox.take('pong')
      return inbox.untaken
    },
    closed,
    async close() {
      const ended = ws.readyState === ws.CLOSED ? undefined : once(ws, 'close')
      socket.disconnect()
      await ended
    },
    terminate: () => ws.terminate(),
    pause: () => ws.pause(),
    resume: () => ws.resume(),
  }
}
