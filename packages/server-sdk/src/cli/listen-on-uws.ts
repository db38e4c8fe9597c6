import { EnvError } from '../env/env-error.ts'
import { loadDriver } from '../env/load-driver.ts'
import type { LivePoll } from '../index.ts'
import { attachChannel, attachRoutes, type UwsApp, type UwsRoutesApp } from '../use/uwebsockets.ts'
import type { Listening, Places } from './listen.ts'

type Done = (socket: object | false) => void

/** What is used of the module uWebSockets.js. */
export interface Uws {
  App(): UwsApp &
    UwsRoutesApp & {
      listen(host: string, port: number, options: number, done: Done): unknown
      listen(port: number, options: number, done: Done): unknown
      close(): unknown
    }
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number
  us_socket_local_port(socket: object): number
}

/** @returns why it cannot be loaded, if it cannot: it is native code, built for some systems and versions of Node */
export function loadUws(): Uws | string {
  try {
    return loadDriver('uWebSockets.js') as Uws
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return line
  }
}

/** Serves routes and channel on one port, and on that of the channel, if it has one. @throws EnvError */
export async function listenOnUws(uws: Uws, livePoll: LivePoll, site: LivePoll, places: Places): Promise<Listening> {
  const app = uws.App()
  attachChannel(app, livePoll) // first: the site answers every path
  attachRoutes(app, site)

  // Without the option the port is shared: a second server would take half of the first one's connections.
  const listen = (port: number) =>
    new Promise<object | false>((resolve) => {
      const { host } = places
      if (host === undefined) app.listen(port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, resolve)
      else app.listen(host, port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, resolve)
    })
  const close = async () => void app.close()
  const socket = await listen(places.port)
  if (!socket) throw new EnvError('PORT', `${places.port} is in use, or not allowed to this user: choose another.`)
  const { channelPort } = places
  if (channelPort !== undefined && !(await listen(channelPort))) {
    await close()
    throw new EnvError('LIVE_POLL_CHANNEL_PORT', `${channelPort} is in use, or not allowed to this user.`)
  }
  return { port: uws.us_socket_local_port(socket), by: 'uWebSockets.js', close }
}
