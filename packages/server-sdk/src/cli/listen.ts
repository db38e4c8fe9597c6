import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EnvError } from '../env/env-error.ts'
import type { Env } from '../env/read-env.ts'
import type { LivePoll } from '../index.ts'
import { toNodeHandler } from '../use/node.ts'
import { attachChannel } from '../use/ws.ts'

export type Places = Pick<Env, 'port' | 'host' | 'channelPort'>

/** A server that listens. */
export interface Listening {
  readonly port: number
  /** In words, for the terminal. */
  readonly by: string
  /** Ends it, with its connections. */
  close(): Promise<void>
}

/** Serves routes and channel with Node and `ws`. @param site the routes, and the pages beside them @throws EnvError */
export async function listenOnNode(livePoll: LivePoll, site: LivePoll, { port, host }: Places): Promise<Listening> {
  const server = createServer(toNodeHandler(site))
  attachChannel(server, livePoll)
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new EnvError('PORT', `${port} is in use: choose another.`)
    if (code === 'EACCES') throw new EnvError('PORT', `${port} is not allowed to this user: choose one above 1023.`)
    if (host !== undefined)
      throw new EnvError('LIVE_POLL_HOST', `must be an address of this machine, not "${host}" (${code}).`)
    throw error
  }
  return {
    port: (server.address() as AddressInfo).port,
    by: 'ws',
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
