import type { ChannelLimits } from './channel/limits.ts'
import type { CaptchaOptions } from './identity/captcha.ts'
import { minSecretBytes } from './identity/keys.ts'
import { OptionError, tellGiven, tellKind, unknownName } from './option-error.ts'
import type { LivePollOptions } from './options.ts'
import type { Hooks } from './ports/hooks.ts'
import type { Shedding } from './upkeep/watch-load.ts'
import { isAdminKey, isChannelUrl, isSecret, secretAdvice } from './valid-values.ts'

/** What an option takes. */
interface Rule {
  /** In words, after "send". */
  readonly accepts: string
  readonly fits: (value: unknown) => boolean
  /** A text or number that may be told: what stands in the place of anything else may have a password in it. */
  readonly isPlain?: true
  /** Of an object; each may be left out, but for what `fits` asks for. */
  readonly fields?: Readonly<Record<string, Rule>>
}

type Rules<T> = Readonly<Record<keyof T, Rule>>

/** The longest that a timer of Node's can take. */
const maxTimeout = 2 ** 31 - 1

const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Rule => ({
  accepts:
    most === Number.MAX_SAFE_INTEGER ? `a whole number from ${least}` : `a whole number from ${least} to ${most}`,
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  isPlain: true,
})
const atLeast = (least: number): Rule => ({
  accepts: `a number from ${least}`,
  fits: (value) => typeof value === 'number' && value >= least,
  isPlain: true,
})
const aboveZero: Rule = {
  accepts: 'a number above 0',
  fits: (value) => typeof value === 'number' && value > 0,
  isPlain: true,
}
const aFunction = (accepts: string): Rule => ({ accepts, fits: (value) => typeof value === 'function' })
const withMethods = (accepts: string, ...names: readonly string[]): Rule => ({
  accepts,
  fits: (value) => isObject(value) && names.every((name) => typeof value[name] === 'function'),
})
const withFields = (accepts: string, fields: Readonly<Record<string, Rule>>, ...required: readonly string[]): Rule => ({
  accepts,
  fits: (value) => isObject(value) && required.every((name) => value[name] !== undefined),
  fields,
})

const channel: Rules<ChannelLimits> = {
  connectionsPerSecond: aboveZero,
  watchedPolls: atLeast(1),
  messagesPerSecond: aboveZero,
  messageBurst: atLeast(1),
  hello: atLeast(1),
  slowBytes: atLeast(0),
  slowTime: atLeast(0),
  fullBytes: atLeast(1),
}
const shedding: Rules<Shedding> = { connections: aboveZero, watches: aboveZero, votes: aboveZero }
const captcha: Rules<CaptchaOptions> = {
  verify: aFunction('a function of the answer that the page got'),
  whenUnreachable: {
    accepts: '"failClosed" or "failOpen"',
    fits: (value) => value === 'failClosed' || value === 'failOpen',
    isPlain: true,
  },
  timeout: whole(1, maxTimeout),
}
const hook = aFunction('a function')
const hooks: Rules<Hooks> = {
  ...{ timeout: whole(1, maxTimeout), beforeVote: hook, afterVote: hook, beforeCreate: hook, afterCreate: hook },
  ...{ afterEdit: hook, afterClose: hook, afterReset: hook, afterDelete: hook },
}

const rules: Rules<LivePollOptions> = {
  database: withMethods('embedded(), postgres({ pool }) or mysql({ pool })', 'open', 'migrate'),
  redis: withMethods('redis({ client }), of "@live-poll/server-sdk/redis"', 'open'),
  secret: { accepts: `at least ${minSecretBytes} bytes. ${secretAdvice}`, fits: isSecret },
  tokenSecrets: {
    accepts: `a list of secrets, each at least ${minSecretBytes} bytes. ${secretAdvice}`,
    fits: (value) => Array.isArray(value) && value.every(isSecret),
  },
  // Looked at closely in `resolve-options.ts`.
  images: {
    accepts: 'files({ directory }) or s3({ client, bucket }), one of them as { store }, or false',
    fits: (value) => value === false || isObject(value),
  },
  sinks: { accepts: 'a list, as in [kafka({ producer, topic })]', fits: Array.isArray },
  identify: aFunction('a function that says who sent a request'),
  authorize: aFunction('a function that says whether an action is allowed'),
  accounts: withMethods('accounts(), of "@live-poll/server-sdk/accounts"', 'open'),
  endedSessions: aFunction('a function that says which of these sessions have ended'),
  newDevices: withFields('{ perMinute, burst }', { perMinute: aboveZero, burst: atLeast(1) }, 'perMinute', 'burst'),
  trustedProxies: whole(0),
  captcha: withFields('{ verify }: a function of the answer that the page got', captcha, 'verify'),
  adminKey: {
    accepts: '"lpa_" and at least 32 characters',
    fits: isAdminKey,
  },
  basePath: {
    accepts: 'a path such as "/live-poll"',
    fits: (value) => typeof value === 'string' && /^(\/[\w.~-]+)+$/.test(value),
    isPlain: true,
  },
  channelUrl: {
    accepts: 'a URL such as "wss://votes.example.org/live-poll/channel" or ":3001/live-poll/channel", or null',
    fits: (value) => value === null || isChannelUrl(value),
    isPlain: true,
  },
  origins: {
    accepts: 'a list of origins, or "*"',
    fits: (value) => value === '*' || Array.isArray(value),
    isPlain: true,
  },
  voterTokenLife: whole(1),
  resultsInterval: whole(0),
  batchSize: whole(1),
  queueSize: whole(1),
  queueWait: whole(0),
  hooks: withFields(`an object with any of ${Object.keys(hooks).join(', ')}`, hooks),
  channel: withFields(`an object with any of ${Object.keys(channel).join(', ')}`, channel),
  shedding: withFields('{ connections, watches, votes }', shedding),
  logger: withMethods('{ info, warn, error }: functions of a message', 'info', 'warn', 'error'),
}

/**
 * Looks at each option by itself; a field that is undefined is one that is left out.
 * @throws OptionError that names it, says what was given and what is accepted
 */
export function checkOptions(options: LivePollOptions): void {
  if (!isObject(options)) throw new OptionError('options', `send an object; given: ${tellKind(options)}.`)
  checkFields(options, rules, '')
}

function checkFields(given: Readonly<Record<string, unknown>>, known: Readonly<Record<string, Rule>>, path: string) {
  for (const [field, value] of Object.entries(given)) {
    const name = `${path}${field}`
    const rule = Object.hasOwn(known, field) ? known[field] : undefined
    if (!rule) throw new OptionError(name, unknownName(field, Object.keys(known)))
    if (value === undefined) continue
    if (!rule.fits(value)) {
      throw new OptionError(name, `given: ${rule.isPlain ? tellGiven(value) : tellKind(value)}; send ${rule.accepts}.`)
    }
    if (rule.fields) checkFields(value as Record<string, unknown>, rule.fields, `${name}.`)
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
