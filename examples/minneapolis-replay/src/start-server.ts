import { fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServerAddress } from './read-arguments.ts'

/** The same for every replay to one database, which belongs to the secret it was first used with. */
function secretOf(database: string): string {
  return createHash('sha256').update(database).digest('base64url')
}

export interface StartedServer extends ServerAddress {
  /** Ends the process and removes what it stored. */
  stop(): Promise<void>
}

/**
 * Starts a server in a process of its own.
 *
 * @param database a URL; none: the embedded database in a fresh folder
 * @throws Error when it ends at once
 */
export async function startServer(database: string | undefined): Promise<StartedServer> {
  const directory = await mkdtemp(join(tmpdir(), 'live-poll-replay-'))
  const key = `lpa_${randomBytes(32).toString('base64url')}`
  const script = fileURLToPath(new URL('./server.ts', import.meta.url))
  const child = fork(script, database ? [database, key, secretOf(database)] : [directory, key], {
    execArgv: ['--import', import.meta.resolve('tsx')],
  })
  const exited = once(child, 'exit')

  async function stop(): Promise<void> {
    if (child.connected) child.disconnect()
    await exited
    await rm(directory, { recursive: true, force: true })
  }

  const port = await Promise.race([once(child, 'message').then(([port]) => Number(port)), exited.then(() => undefined)])
  if (port === undefined) {
    await stop()
    throw new Error('The server ended before it was ready.')
  }
  return { url: `http://127.0.0.1:${port}/live-poll`, key, stop }
}
