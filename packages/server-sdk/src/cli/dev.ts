import { relative } from 'node:path'
import { embeddedIn } from '../env/embedded-in.ts'
import { fromEnv, readEnv, readOrCreateAdminKey } from '../env/from-env.ts'
import { createLivePoll, type Logger } from '../index.ts'
import { writeAddress } from './dev-address.ts'
import type { CommandEnd } from './open-for-command.ts'
import { parseCommand } from './parse-command.ts'
import { runServer } from './run-server.ts'
import { UsageError } from './usage-error.ts'

/**
 * `live-poll dev`: a server to try things out on, on the embedded database where the environment names no other. Commands
 * in the same folder work through it meanwhile.
 * @throws UsageError, EnvError
 */
export async function dev(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<CommandEnd> {
  if (parseCommand(args, {}).positionals.length > 0) throw new UsageError('dev takes nothing: see its --help.')
  const env = readEnv(environment)
  const { directory } = env
  const kept = env.adminKey ? undefined : await readOrCreateAdminKey(directory)
  const livePoll = createLivePoll({
    ...{ database: embeddedIn(env), origins: '*' }, // a tag should work wherever it is pasted
    ...fromEnv(environment),
    adminKey: env.adminKey ?? kept?.key,
    logger,
  })
  let forgetAddress = async () => {}
  try {
    await runServer({
      ...{ livePoll, env, isListing: true },
      async onReady({ port, by }) {
        const host = env.host?.includes(':') ? `[${env.host}]` : env.host // IPv6
        const url = `http://${host ?? 'localhost'}:${port}`
        forgetAddress = await writeAddress(directory, url)
        const file = kept && (relative(process.cwd(), kept.file) || kept.file)
        const rows = [
          ['Polls', url],
          ['API', `${url}${livePoll.basePath}`],
          ['Script', `${url}${livePoll.basePath}/widget.js`],
          ['Served by', by],
          ['Database', env.databaseName],
          ...(kept ? [['Admin key', kept.isNew ? `${kept.key} (kept in ${file})` : `in ${file}`]] : []),
        ]
        const lines = rows.map(([name = '', value]) => `  ${name.padEnd(10)} ${value}`)
        console.log(`Live Poll is running.\n\n${lines.join('\n')}\n\nIn another terminal, in this folder:`)
        console.log('  npx -p @live-poll/server-sdk live-poll create "Lunch?" Soup Salad')
      },
      onTerm: () => livePoll.close(),
    })
  } finally {
    await forgetAddress()
  }
  return {}
}

/** Also what takes its time. */
const logger: Logger = {
  info: (message) => console.error(message),
  warn: (message, cause) => console.error(`live-poll: ${message}`, ...(cause === undefined ? [] : [cause])),
  error: (message, cause) => console.error(`live-poll: ${message}`, ...(cause === undefined ? [] : [cause])),
}
