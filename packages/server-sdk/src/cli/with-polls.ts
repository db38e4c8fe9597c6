import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TableNames } from '../adapters/sql/name-tables.ts'
import { readVariable } from '../env/read-env.ts'
import { findAddress } from './dev-address.ts'
import { findDatabase, readDirectory } from './open-for-command.ts'
import { tableNames, text } from './parse-command.ts'
import type { PollsInReach } from './polls-in-reach.ts'
import { overHttp } from './polls-over-http.ts'

export const reachOptions = { url: text, ...tableNames } as const

interface Where extends TableNames {
  readonly url?: string
}

/**
 * Reaches polls for one piece of work: through the server at `--url` or `LIVE_POLL_URL`, or in the database of the
 * environment. While `live-poll dev` has the embedded one, through that.
 */
export async function withPolls<T>(
  { url, ...names }: Where,
  env: NodeJS.ProcessEnv,
  work: (polls: PollsInReach) => Promise<T>,
): Promise<T> {
  const server = url ?? readVariable(env, 'LIVE_POLL_URL')
  if (server) return work(overHttp(server, readVariable(env, 'LIVE_POLL_ADMIN_KEY')))
  const { onDatabase } = await import('./polls-on-database.ts') // all of Live Poll
  try {
    return await onDatabase(env, findDatabase(env, names), work)
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DirectoryInUseError') throw error
    const dev = await findDev(env)
    if (dev) return work(dev)
    throw new Error(`${error.message}\nOr reach it: --url http://localhost:3000, with its LIVE_POLL_ADMIN_KEY.`)
  }
}

/** The `live-poll dev` that has a data folder. @returns undefined where it is another server, or does not answer */
async function findDev(env: NodeJS.ProcessEnv): Promise<PollsInReach | undefined> {
  const directory = readDirectory(env)
  const address = await findAddress(directory)
  if (!address) return undefined
  const kept = () => readFile(join(directory, 'admin-key'), 'utf8').catch(() => '')
  return overHttp(address, readVariable(env, 'LIVE_POLL_ADMIN_KEY') ?? (await kept()).trim())
}
