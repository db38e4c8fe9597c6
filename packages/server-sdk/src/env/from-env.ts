import type { LivePollOptions } from '../options.ts'
import type { Fleet } from '../ports/fleet.ts'
import { connectDatabase } from './connect-database.ts'
import { embeddedIn } from './embedded-in.ts'
import { type Environment, readEnv } from './read-env.ts'

export { readOrCreateAdminKey } from './admin-key.ts'
export { EnvError } from './env-error.ts'
export { type Env, type Environment, readEnv } from './read-env.ts'

/** Options of `createLivePoll` that the environment gives. */
export type EnvOptions = Pick<
  LivePollOptions,
  'database' | 'redis' | 'secret' | 'adminKey' | 'channelUrl' | 'origins' | 'trustedProxies'
>

/**
 * Options of `createLivePoll` from the environment: `LIVE_POLL_DATABASE`, `LIVE_POLL_SECRET` and the others of the table in
 * the README. What is not set is left to the defaults. Drivers are loaded, and connections made, when Live Poll opens; they
 * end when it closes.
 *
 * @throws EnvError that names the variable
 * @example const livePoll = createLivePoll({ ...fromEnv(), identify })
 */
export function fromEnv(environment: Environment = process.env): EnvOptions {
  const env = readEnv(environment)
  const { database, redis, secret, adminKey, origins, trustedProxies } = env
  const channelUrl = env.channelUrl ?? (env.channelPort ? `:${env.channelPort}/live-poll/channel` : undefined)
  return {
    ...(database ? { database: connectDatabase(database) } : env.isDirectorySet && { database: embeddedIn(env) }),
    ...(redis && { redis: connectRedis(redis) }),
    ...(secret && { secret }),
    ...(adminKey && { adminKey }),
    ...(channelUrl && { channelUrl }),
    ...(origins && { origins }),
    ...(trustedProxies !== undefined && { trustedProxies }),
  }
}

function connectRedis(url: string): Fleet {
  return {
    name: 'redis',
    open: async (logger) => (await import('../adapters/redis/redis.ts')).redis({ url }).open(logger),
  }
}
