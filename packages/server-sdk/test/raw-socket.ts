import { once } from 'node:events'
import { decodeServerMessage, type ServerMessage, SUBPROTOCOL } from '@live-poll/client-sdk/protocol'
import { WebSocket } from 'ws'
import { createInbox, type Inbox } from './inbox.ts'
import { openSocketIo } from './socket-io-socket.ts'

/** A WebSocket (or a socket of Socket.IO's) without our client: it sends what it is told, and keeps what it is sent. */
export interface RawSocket extends Inbox {
  readonly protocol: string
  /** An object goes as JSON, a text as it is, bytes as a text frame of these bytes. */
  send(message: object | string | Uint8Array): void
  sendBinary(data: Uint8Array): void
  /** Resolves when everything sent so far is read by the server, as far as a pong can tell. */
  settle(): Promise<readonly ServerMessage[]>
  /** Resolves when the connection has ended. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  close(): Promise<void>
  /** Ends the connection without a closing handshake. */
  terminate(): void
  /** Stops reading: what the server sends then fills the network's buffers, and the server's. */
  pause(): void
  resume(): void
}

export interface RawSocketOptions {
  /** @default SUBPROTOCOL */
  readonly protocols?: readonly string[]
  readonly origin?: string
}

/**
 * @param url `ws:`, or `http:` of a namespace of Socket.IO
 * @throws with the HTTP status when the upgrade is refused
 */
export async function openRawSocket(url: string, options: RawSocketOptions = {}): Promise<RawSocket> {
  if (url.startsWith('http:')) return openSocketIo(url, options)
  const { protocols = [SUBPROTOCOL], origin } = options
  const socket = new WebSocket(url, [...protocols], { origin, perMessageDeflate: false })
  const { inbox, put, end } = createInbox()
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
  })
  void closed.then(({ code, reason }) => end(`closed with ${code} ${reason}`))
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? null : decodeServerMessage(String(data))
    if (!message) throw new Error(`The server sent what is no message: ${String(data)}`)
    put(message)
  })
  await once(socket, 'open')
  socket.on('error', () => {}) // 'close' follows

  const sendText = (message: object | string | Uint8Array) => {
    if (message instanceof Uint8Array) socket.send(message, { binary: false })
    else socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }
  return {
    protocol: socket.protocol,
    send: sendText,
    sendBinary: (data) => socket.send(data, { binary: true }),
    ...inbox,
    async settle() {
      sendText({ type: 'ping' })
      await inbox.take('pong')
      return inbox.untaken
    },
    closed,
    async close() {
      socket.close()
      await closed
    },
    terminate: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  }
}
