import { EnvError } from '../env/env-error.ts'
import { fromEnv, readEnv } from '../env/from-env.ts'
import { createLivePoll } from '../index.ts'
import type { CommandEnd } from './open-for-command.ts'
import { parseCommand, readCount, text } from './parse-command.ts'
import { runServer } from './run-server.ts'
import { UsageError } from './usage-error.ts'

/**
 * `live-poll serve`: a server of its own on the database of the environment, for production. SIGTERM drains it.
 * @throws UsageError, EnvError
 */
export async function serve(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<CommandEnd> {
  const { values, positionals } = parseCommand(args, { 'drain-delay': text, 'drain-spread': text })
  if (positionals.length > 0) throw new UsageError('serve takes options only.')
  const delay = readCount('drain-delay', values['drain-delay'])
  const spread = readCount('drain-spread', values['drain-spread'])
  const env = readEnv(environment)
  const options = fromEnv(environment)
  if (!options.database) {
    throw new EnvError(
      'LIVE_POLL_DATABASE',
      'must be set, as in postgres://user:password@host/name; or LIVE_POLL_DATA, for one process on the embedded database.',
    )
  }
  if (env.channelPort !== undefined && env.channelUrl === undefined) {
    throw new EnvError(
      'LIVE_POLL_CHANNEL_URL',
      'must be set beside LIVE_POLL_CHANNEL_PORT: browsers look for it there.',
    )
  }
  const livePoll = createLivePoll(options)
  await runServer({
    ...{ livePoll, env, isListing: false },
    async onReady({ port, by }) {
      console.log(`Live Poll serves on port ${port} (${by}), database ${env.databaseName}.`)
    },
    onTerm: () => livePoll.drain({ delay, spread }),
  })
  return {}
}
