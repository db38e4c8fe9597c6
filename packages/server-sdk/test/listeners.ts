import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LivePoll } from '@live-poll/server-sdk'
import { attachChannel as attachToUws } from '@live-poll/server-sdk/uwebsockets'
import { attachChannel as attachToWs } from '@live-poll/server-sdk/ws'
import { listenOnUws } from './listen-on-uws.ts'
import { serveSocketIo } from './servers/serve-socket-io.ts'
import { isWithoutUws } from './without-uws.ts'

/** The servers that the channel stands on: plain WebSockets, and Socket.IO. */
export type WebSocketServerName = 'ws' | 'uWebSockets.js'
export type ChannelServerName = WebSocketServerName | 'Socket.IO'
export const webSocketServers: readonly WebSocketServerName[] = isWithoutUws ? ['ws'] : ['ws', 'uWebSockets.js']
export const channelServers: readonly ChannelServerName[] = [...webSocketServers, 'Socket.IO']

/** A Node HTTP server on a free port. */
export async function listen(handler: RequestListener) {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

export interface ChannelListener {
  readonly channelUrl: string
  close(): Promise<void>
}

/** Puts the channel on a free port of its own. @throws where a server cannot be loaded: no test is skipped */
export const channelListeners: Readonly<Record<ChannelServerName, (livePoll: LivePoll) => Promise<ChannelListener>>> = {
  async ws(livePoll) {
    const http = await listen((_, response) => void response.writeHead(404).end())
    const detach = attachToWs(http.server, livePoll)
    return {
      channelUrl: channelUrl(http.origin, livePoll),
      close() {
        detach()
        return http.close()
      },
    }
  },
  async 'uWebSockets.js'(livePoll) {
    const { origin, close } = listenOnUws((app) => attachToUws(app, livePoll))
    return { channelUrl: channelUrl(origin, livePoll), close }
  },
  'Socket.IO': (livePoll) => serveSocketIo(livePoll),
}

/** Where the channel of a server is. */
export function channelUrl(origin: string, { channel }: LivePoll): string {
  return `${origin.replace('http', 'ws')}${channel.path}`
}
