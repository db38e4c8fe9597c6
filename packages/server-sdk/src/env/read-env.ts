import { resolve } from 'node:path'
import { minSecretBytes } from '../identity/keys.ts'
import { isAdminKey, isChannelUrl, isOrigin, isSecret, secretAdvice } from '../valid-values.ts'
import { nameDatabase } from './connect-database.ts'
import { describeUrl } from './describe-url.ts'
import { EnvError } from './env-error.ts'

/** Variables by name, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What the environment says, checked. An empty variable counts as unset. */
export interface Env {
  /** `PORT`. 0 takes a free one. @default 3000 */
  readonly port: number
  /** `LIVE_POLL_HOST`: the address to listen on. @default every one of this machine */
  readonly host: string | undefined
  /** `LIVE_POLL_DATA`, absolute. @default '.live-poll' */
  readonly directory: string
  /** Whether `LIVE_POLL_DATA` is set. */
  readonly isDirectorySet: boolean
  /** `LIVE_POLL_DATABASE`: a URL. @default the embedded database, in the directory */
  readonly database: string | undefined
  /** The database for a terminal or a log: without a password. */
  readonly databaseName: string
  /** `LIVE_POLL_SECRET` */
  readonly secret: string | undefined
  /** `LIVE_POLL_REDIS`: a URL. */
  readonly redis: string | undefined
  /** `LIVE_POLL_ADMIN_KEY` */
  readonly adminKey: string | undefined
  /** `LIVE_POLL_CHANNEL_PORT`: another port for the channel, on uWebSockets.js. */
  readonly channelPort: number | undefined
  /** `LIVE_POLL_CHANNEL_URL`: where browsers find the channel. */
  readonly channelUrl: string | undefined
  /** `LIVE_POLL_ORIGINS` */
  readonly origins: readonly string[] | '*' | undefined
  /** `LIVE_POLL_TRUSTED_PROXIES` */
  readonly trustedProxies: number | undefined
}

/** Whether it is set, and to what; an empty variable counts as unset. */
export function readVariable(environment: Environment, name: string): string | undefined {
  return environment[name]?.trim() || undefined
}

/** Reads every variable that Live Poll knows. @throws EnvError */
export function readEnv(environment: Environment = process.env): Env {
  const read = (name: string) => readVariable(environment, name)
  const database = read('LIVE_POLL_DATABASE')
  const secret = readSecret(environment.LIVE_POLL_SECRET || undefined) // as it is: voters' keys come from it
  if (database && !secret) {
    const keep = 'Keep it: with another one every voter is new.'
    throw new EnvError('LIVE_POLL_SECRET', `must be set beside LIVE_POLL_DATABASE. ${keep} ${secretAdvice}`)
  }
  const port = readNumber('PORT', read('PORT'), maxPort) ?? 3000
  const channelPort = readNumber('LIVE_POLL_CHANNEL_PORT', read('LIVE_POLL_CHANNEL_PORT'), maxPort)
  if (channelPort === port && port !== 0) {
    throw new EnvError('LIVE_POLL_CHANNEL_PORT', `must be another port than PORT, not ${port}.`)
  }
  const directory = read('LIVE_POLL_DATA')
  return {
    port,
    host: read('LIVE_POLL_HOST'),
    directory: resolve(directory ?? '.live-poll'),
    isDirectorySet: directory !== undefined,
    database,
    databaseName: database ? nameDatabase(database) : `${directory ?? '.live-poll'} (embedded database)`,
    secret,
    redis: readRedis(read('LIVE_POLL_REDIS')),
    adminKey: readAdminKey(read('LIVE_POLL_ADMIN_KEY')),
    channelPort,
    channelUrl: readChannelUrl(read('LIVE_POLL_CHANNEL_URL')),
    origins: readOrigins(read('LIVE_POLL_ORIGINS')),
    trustedProxies: readNumber('LIVE_POLL_TRUSTED_PROXIES', read('LIVE_POLL_TRUSTED_PROXIES'), 99),
  }
}

const maxPort = 65_535

function readNumber(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= most) return Number(text)
  throw new EnvError(name, `must be a whole number from 0 to ${most}, not "${text}".`)
}

function readSecret(text: string | undefined): string | undefined {
  if (text === undefined || isSecret(text)) return text
  throw new EnvError(
    'LIVE_POLL_SECRET',
    `must have at least ${minSecretBytes} bytes, not ${Buffer.byteLength(text)}. ${secretAdvice}`,
  )
}

function readAdminKey(text: string | undefined): string | undefined {
  if (text === undefined || isAdminKey(text)) return text
  const given = text.startsWith('lpa_') ? `${text.length - 4} of them` : 'another beginning'
  throw new EnvError('LIVE_POLL_ADMIN_KEY', `must be "lpa_" and at least 32 characters without spaces, not ${given}.`)
}

/** The message does not repeat it: it may hold a password. */
function readRedis(url: string | undefined): string | undefined {
  if (url === undefined || (/^rediss?:\/\//.test(url) && URL.canParse(url))) return url
  throw new EnvError('LIVE_POLL_REDIS', `must be a URL, as in redis://localhost:6379, not ${describeUrl(url)}.`)
}

function readChannelUrl(url: string | undefined): string | undefined {
  if (url === undefined || isChannelUrl(url)) return url
  const examples = 'wss://votes.example.org/live-poll/channel or :3001/live-poll/channel'
  throw new EnvError('LIVE_POLL_CHANNEL_URL', `must be a URL, as in ${examples}, not "${url}".`)
}

function readOrigins(text: string | undefined): readonly string[] | '*' | undefined {
  if (text === undefined || text === '*') return text
  const origins = text.split(',').flatMap((origin) => origin.trim() || [])
  const wrong = origins.find((origin) => !isOrigin(origin))
  if (wrong === undefined) return origins
  const example = 'https://www.example.org,https://example.org'
  throw new EnvError('LIVE_POLL_ORIGINS', `must be "*", or origins as in ${example}, not "${wrong}".`)
}
