import type { WebSocketConstructor, WebSocketLike } from '../src/live/connection.ts'
import type { ClientMessage, ServerMessage } from '../src/protocol/messages.ts'

/** One socket as the test sees it: it plays the server, and the faults between. */
export interface FakeSocket {
  readonly url: string
  readonly protocol: string
  /** What the client sent, in order. */
  readonly sent: ClientMessage[]
  /** Whether the client has closed it. */
  isClosed: boolean
  /** The server accepts. */
  open(): void
  /** The server accepts, and admits whoever said hello. */
  welcome(voterId?: string | null): void
  say(message: ServerMessage): void
  /** The server, or a fault, ends the connection. */
  end(code: number): void
  types(): string[]
}

export interface FakeNetwork {
  readonly WebSocket: WebSocketConstructor
  readonly sockets: FakeSocket[]
  /** The newest socket. */
  last(): FakeSocket
}

/** WebSockets that go nowhere. Nothing happens on them but what the test says. */
export function createFakeNetwork(): FakeNetwork {
  const sockets: FakeSocket[] = []

  class FakeWebSocket implements WebSocketLike {
    onopen: unknown = null
    onmessage: unknown = null
    onclose: unknown = null
    onerror: unknown = null
    readonly fake: FakeSocket

    constructor(url: string, protocol: string) {
      const call = (handler: unknown, event: unknown) => {
        if (typeof handler === 'function') handler(event)
      }
      const fake: FakeSocket = {
        url,
        protocol,
        sent: [],
        isClosed: false,
        open: () => call(this.onopen, {}),
        welcome: (voterId = null) => {
          fake.open()
          fake.say({ type: 'welcome', voterId })
        },
        say: (message) => call(this.onmessage, { data: JSON.stringify(message) }),
        end: (code) => call(this.onclose, { code }),
        types: () => fake.sent.map(({ type }) => type),
      }
      this.fake = fake
      sockets.push(fake)
    }

    send(text: string): void {
      this.fake.sent.push(JSON.parse(text))
    }

    close(): void {
      this.fake.isClosed = true
    }
  }

  return {
    WebSocket: FakeWebSocket,
    sockets,
    last() {
      const socket = sockets.at(-1)
      if (!socket) throw new Error('No socket was opened.')
      return socket
    },
  }
}
