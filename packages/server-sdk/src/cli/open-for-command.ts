import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TableNames } from '../adapters/sql/name-tables.ts'
import { connectDatabase } from '../env/connect-database.ts'
import { embeddedIn } from '../env/embedded-in.ts'
import { readVariable } from '../env/read-env.ts'
import type { Database, OpenDatabase } from '../ports/database.ts'
import type { Logger } from '../ports/logger.ts'
import { parseCommand, tableNames, text } from './parse-command.ts'
import { UsageError } from './usage-error.ts'

/** What a command ends with. */
export interface CommandEnd {
  /** For standard output. @default nothing */
  readonly output?: string
  /** @default 0 */
  readonly exitCode?: number
}

/** Reads `<poll>` and options that take a value. @throws UsageError */
export function readPollCommand<Name extends string>(args: readonly string[], names: readonly Name[]) {
  const { name: pollId, values } = readNameCommand(args, names, 'name one poll, by its id.')
  return { pollId, values }
}

/** Reads one name and options that take a value. @param advice where it is not one name @throws UsageError */
export function readNameCommand<Name extends string>(args: readonly string[], names: readonly Name[], advice: string) {
  const options = { ...tableNames, ...Object.fromEntries(names.map((name) => [name, text])) }
  const { values, positionals } = parseCommand(args, options)
  const [name, ...others] = positionals
  if (name === undefined || others.length > 0) throw new UsageError(advice)
  return { name, values: values as Partial<Record<Name | keyof typeof tableNames, string>> }
}

/** Connections to a database: a command does one thing after the other. */
const connections = 2

/**
 * Opens the database of `LIVE_POLL_DATABASE`, or the embedded one in the folder `LIVE_POLL_DATA`, for one piece of work.
 * @throws UsageError where there is none
 */
export async function withDatabase<T>(
  env: NodeJS.ProcessEnv,
  names: TableNames,
  work: (database: OpenDatabase) => Promise<T>,
): Promise<T> {
  const opened = await findDatabase(env, names).open(toStderr)
  return work(opened).finally(opened.close)
}

/** @throws UsageError where there is none; it makes none */
export function findDatabase(env: NodeJS.ProcessEnv, names: TableNames): Database {
  const url = readVariable(env, 'LIVE_POLL_DATABASE')
  if (url) return connectDatabase(url, names, connections)
  const directory = readDirectory(env)
  if (!existsSync(join(directory, 'database'))) {
    throw new UsageError(
      `there is no database in ${directory}: set LIVE_POLL_DATABASE, or LIVE_POLL_DATA to its folder.`,
    )
  }
  return embeddedIn({ directory })
}

/** The folder of the embedded database, and of what goes with it. */
export function readDirectory(env: NodeJS.ProcessEnv): string {
  return readVariable(env, 'LIVE_POLL_DATA') ?? '.live-poll'
}

/** What a command's work says besides, where it does not mix with what the command prints. */
export const toStderr: Logger = {
  info() {},
  warn: (message) => console.error(`live-poll: ${message}`),
  error: (message) => console.error(`live-poll: ${message}`),
}
