import { defaultChannelLimits } from './channel/limits.ts'
import { minSecretBytes } from './identity/keys.ts'
import type { LivePollOptions } from './options.ts'
import type { Logger } from './ports/logger.ts'
import { defaultShedding } from './upkeep/watch-load.ts'

/** An option that cannot work. Thrown by `createLivePoll` and `ready()`, never for a request. */
export class OptionError extends Error {
  override readonly name = 'OptionError'

  constructor(option: keyof LivePollOptions, advice: string) {
    super(`createLivePoll: ${option}: ${advice}`)
  }
}

const consoleLogger: Logger = {
  info() {},
  warn: (message, cause) => console.warn(`live-poll: ${message}`, ...(cause === undefined ? [] : [cause])),
  error: (message, cause) => console.error(`live-poll: ${message}`, ...(cause === undefined ? [] : [cause])),
}

/** A batch or queue of nothing would never end. */
const leastNumbers = [
  ['voterTokenLife', 1],
  ['resultsInterval', 0],
  ['batchSize', 1],
  ['queueSize', 1],
  ['queueWait', 0],
  ['trustedProxies', 0],
] as const

/** Fills in defaults. @throws OptionError that names the option and says what to do */
export function resolveOptions(options: LivePollOptions) {
  const { basePath = '/live-poll', origins = [], secret, adminKey, channelUrl = null } = options
  if (!options.database && process.env.NODE_ENV === 'production') {
    throw new OptionError('database', 'name one for production; embedded({ directory }) serves a single process.')
  }
  if (options.redis && typeof options.redis.open !== 'function') {
    throw new OptionError('redis', 'send redis({ client }), of "@live-poll/server-sdk/redis".')
  }
  if (secret !== undefined) checkSecret(secret)
  for (const tokenSecret of options.tokenSecrets ?? []) checkSecret(tokenSecret, 'tokenSecrets')
  if (adminKey !== undefined && !/^lpa_\S{32,}$/.test(adminKey)) {
    throw new OptionError('adminKey', 'send "lpa_" and at least 32 characters.')
  }
  if (!/^(\/[\w.~-]+)+$/.test(basePath)) throw new OptionError('basePath', 'send a path such as "/live-poll".')
  if (channelUrl !== null && !/^(wss?:\/\/[^\s/]|:\d+\/)\S*$/.test(channelUrl)) {
    const examples = `"wss://votes.example.org${basePath}/channel" or ":3001${basePath}/channel"`
    throw new OptionError('channelUrl', `send a URL such as ${examples}.`)
  }
  for (const origin of origins === '*' ? [] : origins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin && !origin.includes('*')) continue
    throw new OptionError('origins', `"${origin}" is no origin; send one such as "https://www.example.org".`)
  }
  for (const [name, least] of leastNumbers) {
    const value = options[name]
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) continue
    throw new OptionError(name, `send a whole number from ${least}.`)
  }
  const newDevices = options.newDevices ?? { perMinute: 500, burst: 5000 }
  if (!(newDevices.perMinute > 0 && newDevices.burst >= 1)) {
    throw new OptionError('newDevices', 'send { perMinute, burst }: more than 0, and 1 or more.')
  }
  const perSecond = options.channel?.connectionsPerSecond
  if (perSecond !== undefined && !(perSecond > 0)) {
    throw new OptionError('channel', 'send connectionsPerSecond: more than 0.')
  }
  const shedding = { ...defaultShedding, ...options.shedding }
  if (!(shedding.connections > 0 && shedding.watches >= shedding.connections && shedding.votes >= shedding.watches)) {
    throw new OptionError(
      'shedding',
      'send { connections, watches, votes }: each more than 0, none less than the one before.',
    )
  }
  const doubled = options.accounts && (['identify', 'endedSessions'] as const).find((name) => options[name])
  if (doubled) throw new OptionError(doubled, 'leave it out: `accounts` says who is signed in.')
  if (options.captcha && typeof options.captcha.verify !== 'function') {
    throw new OptionError('captcha', 'send { verify }: a function of the answer that the page got.')
  }
  return {
    ...options,
    basePath,
    origins,
    channelUrl,
    voterTokenLife: options.voterTokenLife ?? 365 * 24 * 60 * 60 * 1000,
    resultsInterval: options.resultsInterval ?? 100,
    batchSize: options.batchSize ?? 1000,
    queueSize: options.queueSize ?? 20_000,
    queueWait: options.queueWait ?? 2000,
    tokenSecrets: options.tokenSecrets ?? [],
    trustedProxies: options.trustedProxies ?? 0,
    newDevices,
    shedding,
    channel: { ...defaultChannelLimits, ...options.channel },
    logger: options.logger ?? consoleLogger,
  }
}

/** @throws OptionError when it is shorter than its keys need */
export function checkSecret(secret: string, option: 'secret' | 'tokenSecrets' = 'secret'): void {
  if (Buffer.byteLength(secret) < minSecretBytes) {
    throw new OptionError(option, `send at least ${minSecretBytes} bytes. ${secretAdvice}`)
  }
}

export const secretAdvice = "Make one with: node -p \"require('node:crypto').randomBytes(32).toString('base64url')\""
