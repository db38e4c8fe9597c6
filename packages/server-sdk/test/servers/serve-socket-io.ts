import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LivePoll } from '@live-poll/server-sdk'
import { type SocketIoOptions, socketIo } from '@live-poll/server-sdk/socket-io'
import { Server, type ServerOptions, type Socket } from 'socket.io'

export interface ServedSocketIo {
  readonly io: Server
  /** Of the channel's namespace, for a client to connect to: as in `http://127.0.0.1:40123/live-poll/channel`. */
  readonly channelUrl: string
  /** Takes the channel off the namespace. */
  detach(): void
  close(): Promise<void>
}

/**
 * Puts the channel on a namespace of a Socket.IO server of its own, on a free port.
 * @param prepare what a host does before, as using middleware
 */
export async function serveSocketIo(
  livePoll: LivePoll,
  serverOptions: Partial<ServerOptions> = {},
  options: SocketIoOptions<Socket> = {},
  prepare: (io: Server) => void = () => {},
): Promise<ServedSocketIo> {
  const server = createServer((_, response) => void response.writeHead(404).end())
  const io = new Server(server, serverOptions)
  prepare(io)
  const detach = socketIo(io.of(livePoll.channel.path), livePoll, options)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    io,
    channelUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${livePoll.channel.path}`,
    detach,
    async close() {
      detach()
      await io.close()
    },
  }
}
