import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { SUBPROTOCOL } from '@live-poll/client-sdk/protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import { maxPayloadBytes, pingInterval } from '../channel/limits.ts'
import { createTopics } from '../channel/topics.ts'
import type { LivePoll } from '../index.ts'

/**
 * Serves the channel on the host's own HTTP server and port, with the `ws` library. Upgrades of other paths are left
 * to the host's other listeners, or get 404 where there is none.
 *
 * @returns detach; the sockets themselves are closed by `livePoll.close()`
 * @example attachChannel(server, livePoll)
 */
export function attachChannel(server: Server, livePoll: LivePoll): () => void {
  const { channel } = livePoll
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })
  const topics = createTopics<WebSocket, Buffer>(
    (frame) => Buffer.from(frame), // once, not once a socket
    (socket, bytes) => {
      if (socket.bufferedAmount <= channel.mostBuffered) socket.send(bytes, { binary: false })
    },
  )
  const detach = channel.attach(topics)

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    // Node has taken its own listener off: a client who is gone would end the process.
    socket.on('error', () => socket.destroy())
    if (request.url?.split('?')[0] !== channel.path) {
      if (server.listenerCount('upgrade') === 1) refuse(socket, '404 Not Found')
      return
    }
    const { origin = null, host = null, 'sec-fetch-site': fetchSite = null } = request.headers
    const caller = { origin, host, fetchSite: fetchSite as string | null }
    if (!channel.allows(caller)) return refuse(socket, '403 Forbidden')
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const events = onOpen(webSocket, socket, origin)
      socket.on('drain', () => events.drained())
    })
  }

  function onOpen(socket: WebSocket, carrier: Duplex, origin: string | null) {
    const events = channel.open({
      origin,
      send: (frame) => socket.send(frame),
      cork(work) {
        carrier.cork()
        work()
        carrier.uncork()
      },
      subscribe: (topic) => topics.add(topic, socket),
      unsubscribe: (topic) => topics.remove(topic, socket),
      buffered: () => socket.bufferedAmount,
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
    })
    let answered = true
    const ping = setInterval(() => {
      if (!answered) return socket.terminate()
      answered = false
      socket.ping()
    }, pingInterval)
    socket.on('pong', () => {
      answered = true
    })
    socket.on('message', (data, isBinary) => {
      if (isBinary) events.binary()
      else events.message(data as Buffer) // a Buffer, as long as `binaryType` is not changed
    })
    socket.on('error', () => {}) // 'close' follows; without a listener it would end the process
    socket.on('close', () => {
      clearInterval(ping)
      topics.removeAll(socket)
      events.closed()
    })
    return events
  }

  server.on('upgrade', onUpgrade)
  return () => {
    server.off('upgrade', onUpgrade)
    detach()
  }
}

function refuse(socket: Duplex, status: string) {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
