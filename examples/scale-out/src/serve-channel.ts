import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { LivePoll } from '@live-poll/server-sdk'
import { attachChannel as attachToUws } from '@live-poll/server-sdk/uwebsockets'
import { attachChannel as attachToServer } from '@live-poll/server-sdk/ws'

export interface ServedChannel {
  /** What serves it. */
  readonly by: 'uWebSockets.js' | 'ws'
  /** Takes no more connections. */
  close(): void
}

/** Serves the channel on a port of its own, by uWebSockets.js where that loads. nginx sees no difference. */
export async function serveChannel(livePoll: LivePoll, port: number): Promise<ServedChannel> {
  const uws = loadUws()
  if (!uws) {
    const server = createServer()
    attachToServer(server, livePoll)
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, resolve))
    return { by: 'ws', close: () => server.close() }
  }
  const app = uws.App()
  attachToUws(app, livePoll)
  return new Promise((resolve, reject) => {
    // Without the option a second server would take half of the first one's connections.
    app.listen(port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
      if (!socket) return reject(new Error(`Port ${port} is in use.`))
      resolve({ by: 'uWebSockets.js', close: () => uws.us_listen_socket_close(socket) })
    })
  })
}

type Uws = typeof import('uWebSockets.js') & { readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number }

/** @returns undefined where there is no build of it for this system and Node */
function loadUws(): Uws | undefined {
  try {
    return createRequire(import.meta.url)('uWebSockets.js') // where it cannot be loaded, `import()` can end the process
  } catch {
    return undefined
  }
}
