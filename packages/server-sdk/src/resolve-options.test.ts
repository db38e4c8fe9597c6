import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defaultChannelLimits } from './channel/limits.ts'
import type { LivePollOptions } from './options.ts'
import type { Database } from './ports/database.ts'
import type { ImageStore } from './ports/image-store.ts'
import { OptionError, resolveOptions } from './resolve-options.ts'

const notNeeded = () => Promise.reject(new Error('not needed'))
const database: Database = { name: 'test', open: notNeeded, migrate: notNeeded }

const store: ImageStore = { name: 'test', put: notNeeded, get: notNeeded, delete: notNeeded }

beforeEach(() => {
  vi.stubEnv('NODE_ENV', 'development')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('resolveOptions', () => {
  it('fills in the defaults that options.ts states', () => {
    expect(resolveOptions({})).toEqual({
      basePath: '/live-poll',
      origins: [],
      channelUrl: null,
      voterTokenLife: 365 * 24 * 60 * 60 * 1000,
      resultsInterval: 100,
      batchSize: 1000,
      queueSize: 20_000,
      queueWait: 2000,
      tokenSecrets: [],
      trustedProxies: 0,
      newDevices: { perMinute: 500, burst: 5000 },
      shedding: { connections: 500, watches: 1000, votes: 3000 },
      images: { maxBytes: 5 * 1024 * 1024, quota: 500 * 1024 * 1024 },
      sinks: [],
      channel: {
        connectionsPerSecond: 500,
        watchedPolls: 128,
        messagesPerSecond: 10,
        messageBurst: 20,
        hello: 10_000,
        slowBytes: 65_536,
        slowTime: 10_000,
        fullBytes: 262_144,
      },
      logger: expect.anything(),
    })
  })

  it('leaves what is given', () => {
    const given: LivePollOptions = {
      database,
      secret: 's'.repeat(32),
      adminKey: `lpa_${'k'.repeat(32)}`,
      basePath: '/apps/polls.v1',
      channelUrl: 'wss://votes.example.org/apps/polls.v1/channel',
      origins: ['https://www.example.org', 'http://192.168.1.20:3000'],
      voterTokenLife: 1000,
      resultsInterval: 50,
      batchSize: 1,
      queueSize: 2,
      queueWait: 3,
      channel: { ...defaultChannelLimits, hello: 1 },
      shedding: { connections: 1, watches: 1, votes: Number.POSITIVE_INFINITY },
      tokenSecrets: ['t'.repeat(32)],
      trustedProxies: 2,
      newDevices: { perMinute: 0.5, burst: 1 },
      captcha: { verify: () => true },
      hooks: { timeout: 1, beforeVote: () => ({ refuse: 'No.' }), afterClose() {} },
      images: { store, maxBytes: 1, quota: 2, redirect: (key) => `https://cdn.example/${key}` },
      sinks: [{ name: 'a-sink', deliver: async () => {} }],
      logger: { info() {}, warn() {}, error() {} },
    }
    expect(resolveOptions(given)).toEqual(given)
  })

  it.each<[keyof LivePollOptions, LivePollOptions]>([
    ['secret', { secret: 's'.repeat(31) }],
    ['channel', { channel: { connectionsPerSecond: 0 } }],
    ['channel', { channel: { connectionsPerSecond: Number.NaN } }],
    ['shedding', { shedding: { connections: 0 } }],
    ['shedding', { shedding: { connections: 1001 } }],
    ['shedding', { shedding: { votes: 100 } }],
    ['shedding', { shedding: { watches: Number.NaN } }],
    ['adminKey', { adminKey: 'k'.repeat(40) }],
    ['adminKey', { adminKey: `lpa_${'k'.repeat(31)}` }],
    ['adminKey', { adminKey: `lpa_${'k'.repeat(31)} k` }],
    ['basePath', { basePath: '' }],
    ['basePath', { basePath: 'live-poll' }],
    ['basePath', { basePath: '/live-poll/' }],
    ['basePath', { basePath: '/' }],
    ['basePath', { basePath: '/:app' }],
    ['channelUrl', { channelUrl: 'https://my.app/live-poll/channel' }],
    ['channelUrl', { channelUrl: 'wss://' }],
    ['channelUrl', { channelUrl: '/live-poll/channel' }],
    ['origins', { origins: ['https://www.example.org/'] }],
    ['origins', { origins: ['www.example.org'] }],
    ['origins', { origins: ['https://*.example.org'] }],
    ['origins', { origins: ['HTTPS://www.example.org'] }],
    ['origins', { origins: ['null'] }],
    ['origins', { origins: ['*'] }],
    ['batchSize', { batchSize: 0 }],
    ['batchSize', { batchSize: Number.NaN }],
    ['batchSize', { batchSize: 1.5 }],
    ['queueSize', { queueSize: 0 }],
    ['queueWait', { queueWait: -1 }],
    ['resultsInterval', { resultsInterval: Number.POSITIVE_INFINITY }],
    ['voterTokenLife', { voterTokenLife: 0 }],
    ['tokenSecrets', { tokenSecrets: ['t'.repeat(32), 't'.repeat(31)] }],
    ['trustedProxies', { trustedProxies: -1 }],
    ['trustedProxies', { trustedProxies: 1.5 }],
    ['newDevices', { newDevices: { perMinute: 0, burst: 10 } }],
    ['newDevices', { newDevices: { perMinute: 10, burst: 0 } }],
    ['newDevices', { newDevices: { perMinute: Number.NaN, burst: 10 } }],
    ['captcha', { captcha: {} as { verify: () => true } }],
    ['hooks', { hooks: (() => undefined) as never }],
    ['hooks', { hooks: { timeout: 0 } }],
    ['hooks', { hooks: { timeout: Number.POSITIVE_INFINITY } }],
    ['hooks', { hooks: { timeout: 2 ** 31 } }],
    ['hooks', { hooks: { beforeVotes: () => undefined } as never }],
    ['hooks', { hooks: { beforeVote: true as never } }],
    ['images', { images: true as never }],
    ['images', { images: { store: {} as ImageStore } }],
    ['images', { images: { store, maxBytes: 0 } }],
    ['images', { images: { quota: Number.NaN } }],
    ['images', { images: { redirect: 'https://cdn.example' as never } }],
  ])('refuses %s that cannot work: %j', (option, given) => {
    expect(() => resolveOptions({ database, ...given })).toThrow(OptionError)
    expect(() => resolveOptions({ database, ...given })).toThrow(new RegExp(`^createLivePoll: ${option}(\\.\\w+)?: `))
  })

  it('says the command that makes a secret, and never the secret', () => {
    const secret = 'short but secret'
    expect(() => resolveOptions({ secret })).toThrow(/node -p .*randomBytes\(32\)/)
    expect(() => resolveOptions({ secret })).not.toThrow(secret)
  })

  it.each<[string, LivePollOptions]>([
    ['batchSize: given: 1.5; send a whole number from 1.', { batchSize: 1.5 }],
    ['batchSize: given: "5"; send a whole number from 1.', { batchSize: '5' as never }],
    ['channel.hello: given: 0; send a number from 1.', { channel: { hello: 0 } }],
    ['channel.helo: there is no such option; did you mean "hello"?', { channel: { helo: 1 } as never }],
    [
      'hooks.beforeVotes: there is no such option; did you mean "beforeVote"?',
      { hooks: { beforeVotes() {} } as never },
    ],
    ['images.quote: there is no such option; did you mean "quota"?', { images: { quote: 1 } as never }],
    ['images.quota: given: NaN; send a whole number of bytes', { images: { quota: Number.NaN } }],
    ['basepath: there is no such option; did you mean "basePath"?', { basepath: '/polls' } as never],
    ['colour: there is no such option; send any of database, redis, ', { colour: 'red' } as never],
    [
      'captcha.whenUnreachable: given: "open"; send "failClosed" or',
      { captcha: { verify: () => true, whenUnreachable: 'open' as never } },
    ],
    ['origins: "www.example.org" is no origin', { origins: ['www.example.org'] }],
    ['basePath: given: "polls"; send a path such as "/live-poll".', { basePath: 'polls' }],
    ['identify: given: a number; send a function', { identify: 7 as never }],
    ['options: send an object; given: null.', null as never],
  ])('says "%s"', (message, given) => {
    expect(() => resolveOptions(given)).toThrow(`createLivePoll: ${message}`)
  })

  it.each<[keyof LivePollOptions, LivePollOptions]>([
    ['secret', { secret: 'hush-hush' }],
    ['tokenSecrets', { tokenSecrets: ['hush-hush'] }],
    ['tokenSecrets', { tokenSecrets: 'hush-hush' as never }],
    ['adminKey', { adminKey: 'hush-hush' }],
    ['database', { database: 'postgres://me:hush-hush@db' as never }],
    ['redis', { redis: 'redis://:hush-hush@cache' as never }],
  ])('does not tell what stands in %s', (option, given) => {
    expect(() => resolveOptions(given)).toThrow(`createLivePoll: ${option}: given: a`)
    expect(() => resolveOptions(given)).not.toThrow('hush-hush')
  })

  it('checks every option that there is, and takes what is left undefined', () => {
    for (const name of Object.keys(resolveOptions({ database }))) {
      expect(() => resolveOptions({ database, [name]: Symbol('wrong') }), name).toThrow(OptionError)
      expect(() => resolveOptions({ [name]: undefined }), name).not.toThrow()
    }
  })

  it('takes a store of pictures by itself, or none', () => {
    expect(resolveOptions({ images: store }).images).toMatchObject({ store, maxBytes: 5 * 1024 * 1024 })
    expect(resolveOptions({ images: false }).images).toBe(false)
  })

  it('counts the bytes of a secret, not its letters', () => {
    expect(() => resolveOptions({ secret: 'é'.repeat(16) })).not.toThrow()
  })

  it('wants a database named in production, and names the option', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => resolveOptions({})).toThrow('createLivePoll: database: ')
    expect(() => resolveOptions({ database })).not.toThrow()
  })

  it('is quiet but for what goes wrong, which the console gets whole', () => {
    const said: unknown[][] = []
    for (const level of ['log', 'info', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((...args) => void said.push([level, ...args]))
    }
    const { logger } = resolveOptions({})
    const cause = new Error('why')
    logger.info('started')
    logger.warn('slow')
    logger.error('failed', cause)
    vi.restoreAllMocks()
    expect(said).toEqual([
      ['warn', 'live-poll: slow'],
      ['error', 'live-poll: failed', cause],
    ])
  })
})
