import type { TemplatedApp } from 'uWebSockets.js'
import { createRequire } from 'node:module'

/**
 * A uWebSockets.js app on a free port.
 * @param attach may return what detaches it again
 * @throws where it cannot be loaded: no test is skipped
 */
export function listenOnUws(attach: (app: TemplatedApp) => (() => void) | undefined) {
  const uws = createRequire(import.meta.url)('uWebSockets.js') as typeof import('uWebSockets.js')
  const app = uws.App()
  const detach = attach(app)
  let port = 0
  app.listen('127.0.0.1', 0, (socket) => {
    if (socket) port = uws.us_socket_local_port(socket)
  })
  if (port === 0) throw new Error('uWebSockets.js did not get a port.')
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      detach?.()
      app.close()
    },
  }
}
