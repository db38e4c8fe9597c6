import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { adminKey } from '../admin-key.ts'
import { makeDataFolder } from '../data-folder.ts'
import type { WebSocketServerName } from '../listeners.ts'
import type { FromHostileProcess, Held } from './hostile-process.ts'

/** Hosts whose routes are attacked. */
export const hostNames = ['node', 'express', 'hono', 'uWebSockets.js'] as const
export type HttpHostName = (typeof hostNames)[number]

/** Known here, so that a test can sign what no client of ours would. */
export const hostileSecret = 'the secret of the server that is attacked'

/** The credential of someone who is signed in with the host. */
export const tokenOf = (user: string) => `host-session-of-${user}`

export interface HostileProcess {
  /** Holds its database and its pictures. */
  readonly directory: string
  readonly origins: Readonly<Record<HttpHostName, string>>
  readonly channelUrls: Readonly<Record<WebSocketServerName, string>>
  /** What it holds in memory, after a collection. @throws Error when it has died */
  measure(): Promise<Held>
  stop(): Promise<void>
}

export async function startHostileProcess(): Promise<HostileProcess> {
  const directory = await makeDataFolder()
  const file = fileURLToPath(new URL('./hostile-process.ts', import.meta.url))
  const child = fork(file, [directory, adminKey, hostileSecret], {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    env: { ...process.env, UWS_HTTP_MAX_HEADERS_SIZE: '16384' }, // as Node's, or it refuses some attacks before us
  })
  const exited = once(child, 'exit')
  const died = exited.then(([code, signal]) => {
    throw new Error(`The server has died: ${code ?? signal}`)
  })
  died.catch(() => {}) // it ends in the end
  const next = async () => (await Promise.race([once(child, 'message'), died]))[0] as FromHostileProcess

  const ready = await next()
  if (ready.type !== 'ready') throw new Error('The process did not say it was ready.')
  return {
    directory,
    origins: ready.origins,
    channelUrls: ready.channelUrls,
    async measure() {
      const answer = next()
      child.send('measure')
      const held = await answer
      if (held.type !== 'held') throw new Error(`Asked what it holds, got ${held.type}.`)
      return held
    },
    async stop() {
      child.kill()
      await exited
      await rm(directory, { recursive: true })
    },
  }
}
