import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { WebSocketServerName } from '../listeners.ts'
import { openRawSocket } from '../raw-socket.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'

/** What a WebSocket agrees on when it is opened, over one WebSocket server. Socket.IO opens its own, for whatever is on it. */
export function describeSubprotocol(server: WebSocketServerName, running: () => RunningLivePoll): void {
  const open = (...options: Parameters<typeof openRawSocket> extends [string, ...infer Rest] ? Rest : never) =>
    openRawSocket(running().channelUrls[server], ...options)

  describe(`on ${server}`, () => {
    it('agrees on the subprotocol, among others too', async () => {
      const socket = await open()
      expect(socket.protocol).toBe('live-poll.v1')
      const choosy = await open({ protocols: ['live-poll.v9', 'live-poll.v1'] })
      expect(choosy.protocol).toBe('live-poll.v1')
      await Promise.all([socket.close(), choosy.close()])
    })

    it('agrees on the subprotocol as browsers write it, with a space after each comma', async () => {
      const { hostname, port, pathname } = new URL(running().channelUrls[server])
      const call = request({
        ...{ hostname, port, path: pathname, agent: false },
        headers: {
          connection: 'upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          'sec-websocket-protocol': 'live-poll.v9, live-poll.v1',
        },
      }).end()
      const [answer, socket] = (await once(call, 'upgrade')) as [IncomingMessage, Socket]
      expect(answer.headers['sec-websocket-protocol']).toBe('live-poll.v1')
      socket.destroy()
    })

    it('agrees on none where none is offered', async () => {
      const socket = await open({ protocols: [] })
      expect(socket.protocol).toBe('')
      socket.send({ type: 'hello' })
      await socket.take('welcome')
      await socket.close()
    })
  })
}
