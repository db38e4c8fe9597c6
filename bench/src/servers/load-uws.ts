import { createRequire } from 'node:module'
import type { UwsApp } from '@live-poll/server-sdk/uwebsockets'

interface Uws {
  App(): UwsApp & { listen(host: string, port: number, done: (socket: unknown) => void): unknown }
  us_socket_local_port(socket: unknown): number
}

/** A dynamic import of it may end the process where it does not support the system. */
export function loadUws(): Uws {
  return createRequire(import.meta.url)('uWebSockets.js') as Uws
}

/** Listens on a free port. @returns the port */
export function listenOnUws(uws: Uws, app: ReturnType<Uws['App']>): Promise<number> {
  return new Promise((resolve, reject) => {
    app.listen('127.0.0.1', 0, (socket) => {
      if (socket) resolve(uws.us_socket_local_port(socket))
      else reject(new Error('No port is free.'))
    })
  })
}
