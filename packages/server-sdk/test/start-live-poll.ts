import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLivePoll, type LivePoll, type LivePollOptions } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachChannel as attachToUws } from '@live-poll/server-sdk/uwebsockets'
import { attachChannel as attachToWs } from '@live-poll/server-sdk/ws'
import { makeDataFolder } from './data-folder.ts'
import { listenOnUws } from './listen-on-uws.ts'
import { neverShed } from './never-shed.ts'
import { createRecordingLogger, type RecordingLogger } from './recording-logger.ts'
import { serveSocketIo } from './servers/serve-socket-io.ts'
import { isWithoutUws } from './without-uws.ts'

/** The servers that the channel stands on: plain WebSockets, and Socket.IO. */
export type WebSocketServerName = 'ws' | 'uWebSockets.js'
export type ChannelServerName = WebSocketServerName | 'Socket.IO'
export const webSocketServers: readonly WebSocketServerName[] = isWithoutUws ? ['ws'] : ['ws', 'uWebSockets.js']
export const channelServers: readonly ChannelServerName[] = [...webSocketServers, 'Socket.IO']

export const adminKey = `lpa_${'k'.repeat(32)}`

export interface RunningLivePoll {
  readonly livePoll: LivePoll
  readonly logger: RecordingLogger
  /** Holds its database. Another Live Poll of this process may share it. */
  readonly directory: string
  /** As in `http://127.0.0.1:40123`; the routes are under `/live-poll`. */
  readonly origin: string
  /** For `openRawSocket`. */
  readonly channelUrls: Readonly<Record<ChannelServerName, string>>
  /** Closes it, its servers and their sockets, and removes the data folder it made. */
  stop(): Promise<void>
}

/**
 * Starts Live Poll on real servers: Node's HTTP with `ws` on one free port, uWebSockets.js and Socket.IO on others.
 * @param options with a `directory`, that database is used and left in place; without, one is made and removed
 */
export async function startLivePoll({
  directory,
  ...options
}: LivePollOptions & { readonly directory?: string } = {}): Promise<RunningLivePoll> {
  const folder = directory ?? (await makeDataFolder())
  const logger = createRecordingLogger()
  const livePoll = createLivePoll({
    ...{ database: embedded({ directory: folder }), adminKey, logger, shedding: neverShed },
    ...options,
  })
  await livePoll.ready()
  const http = await listen(toNodeHandler(livePoll))
  const detach = attachToWs(http.server, livePoll)
  const uws = isWithoutUws ? undefined : await channelListeners['uWebSockets.js'](livePoll)
  const socketIo = await channelListeners['Socket.IO'](livePoll)
  return {
    livePoll,
    logger,
    directory: folder,
    origin: http.origin,
    channelUrls: {
      ws: channelUrl(http.origin, livePoll),
      'uWebSockets.js': uws?.channelUrl ?? 'not there',
      'Socket.IO': socketIo.channelUrl,
    },
    async stop() {
      await livePoll.close()
      detach()
      await uws?.close()
      await socketIo.close()
      await http.close()
      if (!directory) await rm(folder, { recursive: true })
    },
  }
}

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

function channelUrl(origin: string, { channel }: LivePoll): string {
  return `${origin.replace('http', 'ws')}${channel.path}`
}
