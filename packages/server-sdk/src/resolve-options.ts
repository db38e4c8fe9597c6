import { limits } from '@live-poll/client-sdk/protocol'
import { defaultChannelLimits } from './channel/limits.ts'
import { checkOptions } from './check-options.ts'
import { minSecretBytes } from './identity/keys.ts'
import { OptionError, tellGiven, unknownName } from './option-error.ts'
import type { ImageOptions, LivePollOptions } from './options.ts'
import type { EventSink } from './ports/event-sink.ts'
import type { ImageStore } from './ports/image-store.ts'
import type { Logger } from './ports/logger.ts'
import { defaultShedding } from './upkeep/watch-load.ts'
import { isOrigin, isSecret, secretAdvice } from './valid-values.ts'

export { OptionError } from './option-error.ts'

const consoleLogger: Logger = {
  info() {},
  warn: (message, cause) => console.warn(`live-poll: ${message}`, ...(cause === undefined ? [] : [cause])),
  error: (message, cause) => console.error(`live-poll: ${message}`, ...(cause === undefined ? [] : [cause])),
}

/** Fills in defaults. @throws OptionError that names the option and says what to do */
export function resolveOptions(options: LivePollOptions) {
  checkOptions(options)
  const { basePath = '/live-poll', origins = [], channelUrl = null } = options
  if (!options.database && process.env.NODE_ENV === 'production') {
    throw new OptionError('database', 'name one for production; embedded({ directory }) serves a single process.')
  }
  for (const origin of origins === '*' ? [] : origins) {
    if (isOrigin(origin)) continue
    throw new OptionError('origins', `${tellGiven(origin)} is no origin; send one such as "https://www.example.org".`)
  }
  const newDevices = options.newDevices ?? { perMinute: 500, burst: 5000 }
  const shedding = { ...defaultShedding, ...options.shedding }
  if (!(shedding.connections > 0 && shedding.watches >= shedding.connections && shedding.votes >= shedding.watches)) {
    throw new OptionError(
      'shedding',
      'send { connections, watches, votes }: each more than 0, none less than the one before.',
    )
  }
  const doubled = options.accounts && (['identify', 'endedSessions'] as const).find((name) => options[name])
  if (doubled) throw new OptionError(doubled, 'leave it out: `accounts` says who is signed in.')
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
    images: resolveImages(options.images ?? {}),
    sinks: checkSinks(options.sinks ?? []),
    channel: { ...defaultChannelLimits, ...options.channel },
    logger: options.logger ?? consoleLogger,
  }
}

function checkSinks(sinks: readonly EventSink[]): readonly EventSink[] {
  for (const sink of sinks) {
    const { name } = sink ?? {}
    const deliver = sink && 'deliverTexts' in sink ? sink.deliverTexts : sink?.deliver
    if (typeof deliver !== 'function' || typeof name !== 'string' || !/^[!-~]{1,200}$/.test(name)) {
      throw new OptionError(
        'sinks',
        'send sinks as in [kafka({ producer, topic })]: a name of 1 to 200 visible ASCII characters, and deliver.',
      )
    }
    if ('deliverTexts' in sink && 'deliver' in sink) {
      throw new OptionError('sinks', `"${name}" has deliver and deliverTexts, of which one alone would be called.`)
    }
    if (sinks.filter((other) => other.name === name).length > 1) {
      throw new OptionError('sinks', `give each its own name: there are two called "${name}".`)
    }
  }
  return sinks
}

const imageNames: readonly string[] = ['store', 'maxBytes', 'quota', 'redirect'] satisfies (keyof ImageOptions)[]

function resolveImages(given: ImageStore | ImageOptions | false) {
  if (given === false) return given
  const advice = 'send files({ directory }) or s3({ client, bucket }), one of them as { store }, or false.'
  const {
    store,
    maxBytes = limits.imageBytes,
    quota = 500 * 1024 * 1024,
    redirect,
  } = isStore(given) ? { store: given } : given
  const unknown = isStore(given) ? undefined : Object.keys(given).find((name) => !imageNames.includes(name))
  if (unknown !== undefined) throw new OptionError(`images.${unknown}`, unknownName(unknown, imageNames))
  if (store !== undefined && !isStore(store)) throw new OptionError('images', advice)
  for (const [name, bytes] of Object.entries({ maxBytes, quota })) {
    if (!Number.isSafeInteger(bytes) || bytes < 1) {
      throw new OptionError(`images.${name}`, `given: ${tellGiven(bytes)}; send a whole number of bytes, from 1.`)
    }
  }
  if (redirect !== undefined && typeof redirect !== 'function') {
    throw new OptionError('images.redirect', 'send a function of the key of an object that returns a URL.')
  }
  return { store, maxBytes, quota, redirect }
}

function isStore(given: ImageStore | ImageOptions): given is ImageStore {
  return (['put', 'get', 'delete'] as const).every((name) => typeof (given as Partial<ImageStore>)[name] === 'function')
}

/** @throws OptionError when it is shorter than its keys need */
export function checkSecret(secret: string): void {
  if (isSecret(secret)) return
  throw new OptionError('secret', `send at least ${minSecretBytes} bytes. ${secretAdvice}`)
}
