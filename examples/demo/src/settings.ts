import { resolve } from 'node:path'

/** What the environment says about this demo. */
export interface Settings {
  /** Of HTTP, and of the channel on `ws`. 0 takes a free one. */
  readonly port: number
  /** Of the channel on uWebSockets.js. */
  readonly channelPort: number
  /** A port that was asked for by name must be the one that is used. */
  readonly isChannelPortFixed: boolean
  readonly channelUrl: string | null
  /** Absolute. */
  readonly directory: string
  /** A URL. @default embedded, in the directory */
  readonly database: string | undefined
  /** A URL. @default none: one process, or several that know of each other through the database */
  readonly redis: string | undefined
  readonly adminKey: string | undefined
  readonly secret: string | undefined
  readonly origins: readonly string[] | '*'
}

/** A setting that cannot work; the message names its variable. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
}

type Environment = Readonly<Record<string, string | undefined>>

/** Whether tables are made before the start: `npm start -- --migrate`. @throws SettingError */
export function readArguments(args: readonly string[]): { readonly isMigrating: boolean } {
  const unknown = args.find((arg) => arg !== '--migrate')
  if (unknown !== undefined) throw new SettingError(`"${unknown}" is not known; there is --migrate.`)
  return { isMigrating: args.length > 0 }
}

/** Reads the variables of `npm start`; an empty one counts as unset. @throws SettingError */
export function readSettings(environment: Environment): Settings {
  const read = (name: string) => environment[name]?.trim() || undefined
  const [database, secret] = [read('LIVE_POLL_DATABASE'), read('LIVE_POLL_SECRET')]
  if (database && !secret) throw new SettingError(`LIVE_POLL_SECRET must be set beside LIVE_POLL_DATABASE. ${advice}`)
  const port = readPort('PORT', read('PORT')) ?? 3000
  const channelPort = readPort('LIVE_POLL_CHANNEL_PORT', read('LIVE_POLL_CHANNEL_PORT'))
  if (channelPort === port && port !== 0) throw new SettingError('LIVE_POLL_CHANNEL_PORT must not be PORT itself.')
  return {
    port,
    channelPort: channelPort ?? (port === 0 || port === maxPort ? 0 : port + 1),
    isChannelPortFixed: channelPort !== undefined,
    channelUrl: read('LIVE_POLL_CHANNEL_URL') ?? null,
    directory: resolve(read('LIVE_POLL_DATA') ?? '.live-poll'),
    adminKey: read('LIVE_POLL_ADMIN_KEY'),
    database,
    redis: readRedis(read('LIVE_POLL_REDIS')),
    secret,
    origins: readOrigins(read('LIVE_POLL_ORIGINS')),
  }
}

const advice =
  "Keep it: with another one every voter is new. Make one with: node -p \"require('node:crypto').randomBytes(32).toString('base64url')\""

const maxPort = 65_535

function readPort(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) <= maxPort) return Number(text)
  throw new SettingError(`${name} must be a port from 0 to ${maxPort}, not "${text}".`)
}

/** The message does not repeat it: it may hold a password. */
function readRedis(url: string | undefined): string | undefined {
  if (url === undefined || (/^rediss?:/.test(url) && URL.canParse(url))) return url
  throw new SettingError('LIVE_POLL_REDIS must be a URL, as in redis://localhost:6379.')
}

/** Any page by default: a tag copied from the demo should work wherever it is pasted. */
function readOrigins(text = '*'): readonly string[] | '*' {
  if (text === '*') return '*'
  return text.split(',').flatMap((origin) => origin.trim() || [])
}
