import type { LivePoll } from '@live-poll/server-sdk'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachChannel } from '@live-poll/server-sdk/ws'
import { listen } from '../listeners.ts'
import { openRawSocket, type RawSocket } from '../raw-socket.ts'

export interface ServedNode {
  readonly origin: string
  readonly channelUrl: string
  close(): Promise<void>
}

/** Puts a node on a free port: routes and channel. */
export async function serveNode(node: LivePoll): Promise<ServedNode> {
  const { server, origin, close } = await listen(toNodeHandler(node))
  const detach = attachChannel(server, node)
  return {
    origin,
    channelUrl: `${origin.replace('http', 'ws')}${node.channel.path}`,
    close() {
      detach()
      return close()
    },
  }
}

/** Opens a channel, says hello, and watches a poll. Its `poll` message, and what follows, is not taken yet. */
export async function watchOn(served: Pick<ServedNode, 'channelUrl'>, pollId: string, hello = {}): Promise<RawSocket> {
  const socket = await openRawSocket(served.channelUrl)
  socket.send({ type: 'hello', ...hello })
  await socket.take('welcome')
  socket.send({ type: 'watch', pollId })
  return socket
}
