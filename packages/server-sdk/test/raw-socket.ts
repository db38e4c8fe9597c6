import { once } from 'node:events'
import { decodeServerMessage, type ServerMessage, SUBPROTOCOL } from '@live-poll/client-sdk/protocol'
import { WebSocket } from 'ws'

type Message<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>

/** A WebSocket without our client: it sends what it is told, and keeps what it is sent. */
export interface RawSocket {
  readonly protocol: string
  /** An object goes as JSON, a text as it is, bytes as a text frame of these bytes. */
  send(message: object | string | Uint8Array): void
  sendBinary(data: Uint8Array): void
  /**
   * Takes the first message of a type (that matches) which was not taken yet, or waits for it.
   * @throws when the connection ends before, or after 10 s, with what came instead
   */
  take<T extends ServerMessage['type']>(type: T, matches?: (message: Message<T>) => boolean): Promise<Message<T>>
  /** As `take`, of two types, whichever comes first. */
  takeEither<A extends ServerMessage['type'], B extends ServerMessage['type']>(
    one: A,
    other: B,
    matches?: (message: Message<A> | Message<B>) => boolean,
  ): Promise<Message<A> | Message<B>>
  /** What came and was not taken. */
  readonly untaken: readonly ServerMessage[]
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

/** Milliseconds until a message that did not come is an error. */
const patience = 10_000

/** @throws with the HTTP status when the upgrade is refused */
export async function openRawSocket(url: string, options: RawSocketOptions = {}): Promise<RawSocket> {
  const { protocols = [SUBPROTOCOL], origin } = options
  const socket = new WebSocket(url, [...protocols], { origin, perMessageDeflate: false })
  const untaken: ServerMessage[] = []
  const watchers = new Set<() => void>()
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
  })
  let end: { code: number; reason: string } | undefined
  void closed.then((how) => {
    end = how
    for (const watch of watchers) watch()
  })
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? null : decodeServerMessage(String(data))
    if (!message) throw new Error(`The server sent what is no message: ${String(data)}`)
    untaken.push(message)
    for (const watch of watchers) watch()
  })
  await once(socket, 'open')
  socket.on('error', () => {}) // 'close' follows

  function takeFirst<M extends ServerMessage>(wanted: string, isWanted: (message: ServerMessage) => message is M) {
    return new Promise<M>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        watchers.delete(watch)
        settle()
      }
      const fail = (why: string) =>
        finish(() => reject(new Error(`No such ${wanted}: ${why}; untaken: ${JSON.stringify(untaken)}`)))
      const watch = () => {
        const found = untaken.find(isWanted)
        if (found) {
          untaken.splice(untaken.indexOf(found), 1)
          finish(() => resolve(found))
        } else if (end) fail(`closed with ${end.code} ${end.reason}`)
      }
      const timer = setTimeout(() => fail(`waited ${patience} ms`), patience)
      watchers.add(watch)
      watch()
    })
  }

  const take: RawSocket['take'] = (type, matches = () => true) =>
    takeFirst(type, (message): message is Message<typeof type> => message.type === type && matches(message as never))

  const sendText = (message: object | string | Uint8Array) => {
    if (message instanceof Uint8Array) socket.send(message, { binary: false })
    else socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }
  return {
    protocol: socket.protocol,
    send: sendText,
    sendBinary: (data) => socket.send(data, { binary: true }),
    take,
    takeEither: (one, other, matches = () => true) =>
      takeFirst(
        `${one} or ${other}`,
        (message): message is Message<typeof one> | Message<typeof other> =>
          (message.type === one || message.type === other) && matches(message as never),
      ),
    untaken,
    async settle() {
      sendText({ type: 'ping' })
      await take('pong')
      return untaken
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
