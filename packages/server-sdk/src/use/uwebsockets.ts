import { SUBPROTOCOL } from '@live-poll/client-sdk/protocol'
import type { ChannelEvents, ChannelSocket } from '../channel/channel-server.ts'
import { maxPayloadBytes } from '../channel/limits.ts'
import type { LivePoll } from '../index.ts'

export { attachRoutes, type UwsRoutesApp } from './uwebsockets-routes.ts'

/** What is used of a `uWS.WebSocket`. */
export interface UwsSocket {
  getUserData(): UwsUserData
  send(frame: string, isBinary?: boolean): number
  cork(work: () => void): unknown
  subscribe(topic: string): boolean
  unsubscribe(topic: string): boolean
  getBufferedAmount(): number
  end(code: number, reason: string): unknown
  close(): unknown
}

/** Filled in when the socket has opened. */
export interface UwsUserData {
  readonly origin: string | null
  carried?: CarriedSocket | undefined
  events?: ChannelEvents | undefined
}

/** What is used of a request. */
export interface UwsRequest {
  getHeader(name: string): string
}

/** What is used of a response. */
export interface UwsResponse {
  writeStatus(status: string): UwsResponse
  endWithoutBody(): unknown
  upgrade(data: UwsUserData, key: string, protocol: string, extensions: string, context: unknown): void
}

/** What is used of how a route for WebSockets behaves. */
export interface UwsBehavior {
  maxPayloadLength: number
  maxBackpressure: number
  idleTimeout: number
  sendPingsAutomatically: boolean
  upgrade(response: UwsResponse, request: UwsRequest, context: unknown): void
  open(socket: UwsSocket): void
  message(socket: UwsSocket, message: ArrayBuffer, isBinary: boolean): void
  drain(socket: UwsSocket): void
  close(socket: UwsSocket): void
}

/** What is used of a `uWS.App()`: nothing here imports uWebSockets.js. */
export interface UwsApp {
  ws(pattern: string, behavior: UwsBehavior): unknown
  publish(topic: string, frame: string, isBinary?: boolean): boolean
}

/** What `send` answers when there was no room. */
const dropped = 2

/**
 * Serves the channel on a uWebSockets.js app of the host's.
 *
 * @returns detach; the sockets themselves are closed by `livePoll.close()`
 * @example
 * const app = uWS.App()
 * attachChannel(app, livePoll)
 * app.listen(3001, () => {})
 */
export function attachChannel(app: UwsApp, livePoll: LivePoll): () => void {
  const { channel } = livePoll
  app.ws(channel.path, {
    maxPayloadLength: maxPayloadBytes,
    // Above it frames are dropped: what is published is owed, and whoever would have got something else is closed. The
    // frame that closes them needs room, too.
    maxBackpressure: channel.mostBuffered + maxPayloadBytes,
    idleTimeout: 60,
    sendPingsAutomatically: true,

    upgrade(response, request, context) {
      const header = (name: string) => request.getHeader(name) || null
      const origin = header('origin')
      if (!channel.allows({ origin, host: header('host'), fetchSite: header('sec-fetch-site') })) {
        response.writeStatus('403 Forbidden').endWithoutBody()
        return
      }
      const offered = request.getHeader('sec-websocket-protocol').split(',')
      response.upgrade(
        { origin, carried: undefined, events: undefined },
        request.getHeader('sec-websocket-key'),
        offered.some((name) => name.trim() === SUBPROTOCOL) ? SUBPROTOCOL : '',
        request.getHeader('sec-websocket-extensions'),
        context,
      )
    },

    open(socket) {
      const data = socket.getUserData()
      data.carried = new CarriedSocket(socket)
      data.events = channel.open(data.carried)
    },
    message(socket, message, isBinary) {
      const { events } = socket.getUserData()
      if (isBinary) events?.binary()
      else events?.message(Buffer.from(message))
    },
    drain: (socket) => socket.getUserData().events?.drained(),
    close(socket) {
      const { carried, events } = socket.getUserData()
      carried?.forget()
      events?.closed()
    },
  })
  return channel.attach({ publish: (topic, frame) => app.publish(topic, frame) })
}

/** uWebSockets.js throws on any use of a socket that has closed. A class, since there are many. */
class CarriedSocket implements ChannelSocket {
  #socket: UwsSocket | undefined

  constructor(socket: UwsSocket) {
    this.#socket = socket
  }

  get origin() {
    return this.#socket?.getUserData().origin
  }

  send(frame: string) {
    return this.#socket?.send(frame) !== dropped
  }

  cork(work: () => void) {
    this.#socket?.cork(work)
  }

  subscribe(topic: string) {
    this.#socket?.subscribe(topic)
  }

  unsubscribe(topic: string) {
    this.#socket?.unsubscribe(topic)
  }

  buffered() {
    return this.#socket?.getBufferedAmount() ?? 0
  }

  close(code: number, reason: string) {
    this.#socket?.end(code, reason)
  }

  terminate() {
    this.#socket?.close()
  }

  /** It has closed. */
  forget() {
    this.#socket = undefined
  }
}
