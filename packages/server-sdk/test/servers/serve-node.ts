import type { LivePoll } from '@live-poll/server-sdk'
import { toNodeHandler } from '@live-poll/server-sdk/node'
import { attachChannel } from '@live-poll/server-sdk/ws'
import { listen } from '../start-live-poll.ts'

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
