import type { TemplatedApp, us_listen_socket } from 'uWebSockets.js'
import { createRequire } from 'node:module'

/** A uWebSockets.js app that listens, or why there is none. */
export type OpenedUws =
  | { readonly app: TemplatedApp; readonly port: number; close(): void; readonly reason?: undefined }
  | { readonly app?: undefined; readonly reason: string }

/** @param port 0 takes a free one */
export async function openUwebsockets(port: number): Promise<OpenedUws> {
  const uws = loadUws()
  if (typeof uws === 'string') return { reason: uws }
  const app = uws.App()
  // Without the option the port is shared: a second server would take half of the first one's connections.
  const socket = await new Promise<us_listen_socket | false>((resolve) => {
    app.listen(port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, resolve)
  })
  if (!socket) return { reason: `port ${port} is in use` }
  return { app, port: uws.us_socket_local_port(socket), close: () => uws.us_listen_socket_close(socket) }
}

type Uws = typeof import('uWebSockets.js') & { readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number }

/** @returns why it cannot be loaded, if it cannot: it is native code, built for some systems and versions of Node */
function loadUws(): Uws | string {
  try {
    // Not `import()`: where the native part is missing, that can end the process in spite of a catch.
    return createRequire(import.meta.url)('uWebSockets.js')
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return `uWebSockets.js cannot be loaded here: ${line}`
  }
}
