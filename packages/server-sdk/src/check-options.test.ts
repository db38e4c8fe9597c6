import { describe, expect, it } from 'vitest'
import { checkOptions } from './check-options.ts'
import type { LivePollOptions } from './options.ts'
import { secretAdvice } from './valid-values.ts'

/** What cannot work, how the error tells what was given, and what it says to send instead. */
type Wrong = readonly [value: unknown, given: string, accepted: string]

const secretBytes = `at least 32 bytes. ${secretAdvice}`
const hookNames =
  'timeout, beforeVote, afterVote, beforeCreate, afterCreate, afterEdit, afterClose, afterReset, afterDelete'
const channelNames =
  'connectionsPerSecond, watchedPolls, messagesPerSecond, messageBurst, hello, slowBytes, slowTime, fullBytes'

const wrong: Readonly<Record<keyof LivePollOptions, Wrong>> = {
  database: [{ open() {} }, 'an object', 'embedded(), postgres({ pool }) or mysql({ pool })'],
  redis: ['redis://cache', 'a text of 13 bytes', 'redis({ client }), of "@live-poll/server-sdk/redis"'],
  secret: ['s'.repeat(31), 'a text of 31 bytes', secretBytes],
  tokenSecrets: [['t'.repeat(32), 't'], 'a list of 2', `a list of secrets, each ${secretBytes}`],
  images: [true, 'a boolean', 'files({ directory }) or s3({ client, bucket }), one of them as { store }, or false'],
  sinks: [{ name: 'crm' }, 'an object', 'a list, as in [kafka({ producer, topic })]'],
  identify: ['ada', 'a text of 3 bytes', 'a function that says who sent a request'],
  authorize: [true, 'a boolean', 'a function that says whether an action is allowed'],
  accounts: [true, 'a boolean', 'accounts(), of "@live-poll/server-sdk/accounts"'],
  endedSessions: [[], 'a list of 0', 'a function that says which of these sessions have ended'],
  newDevices: [{ perMinute: 1 }, 'an object', '{ perMinute, burst }'],
  trustedProxies: [-1, '-1', 'a whole number from 0'],
  captcha: [{ timeout: 1 }, 'an object', '{ verify }: a function of the answer that the page got'],
  adminKey: ['lpa_short', 'a text of 9 bytes', '"lpa_" and at least 32 characters'],
  basePath: ['polls', '"polls"', 'a path such as "/live-poll"'],
  channelUrl: [
    'https://my.app/',
    '"https://my.app/"',
    'a URL such as "wss://votes.example.org/live-poll/channel" or ":3001/live-poll/channel", or null',
  ],
  origins: ['https://my.app', '"https://my.app"', 'a list of origins, or "*"'],
  voterTokenLife: [0, '0', 'a whole number from 1'],
  resultsInterval: [-1, '-1', 'a whole number from 0'],
  batchSize: ['5', '"5"', 'a whole number from 1'],
  queueSize: [0, '0', 'a whole number from 1'],
  queueWait: [0.5, '0.5', 'a whole number from 0'],
  hooks: [null, 'null', `an object with any of ${hookNames}`],
  channel: [[], 'a list of 0', `an object with any of ${channelNames}`],
  shedding: [false, 'a boolean', '{ connections, watches, votes }'],
  logger: [{ info() {} }, 'an object', '{ info, warn, error }: functions of a message'],
}

const [aFunction, fromOne, aboveZero] = ['a function', 'a number from 1', 'a number above 0']
const timeout: Wrong = [2 ** 31, '2147483648', 'a whole number from 1 to 2147483647']
const noFunction: Wrong = ['notify', 'a text of 6 bytes', aFunction]

/** Of options that are objects, each but for one field as it must be. */
const wrongFields: Partial<Record<keyof LivePollOptions, Readonly<Record<string, Wrong>>>> = {
  newDevices: { perMinute: [0, '0', aboveZero], burst: [0.5, '0.5', fromOne] },
  captcha: {
    verify: ['captcha', 'a text of 7 bytes', 'a function of the answer that the page got'],
    whenUnreachable: ['open', '"open"', '"failClosed" or "failOpen"'],
    timeout,
  },
  hooks: {
    ...Object.fromEntries(hookNames.split(', ').map((name) => [name, noFunction])),
    timeout,
  },
  channel: {
    connectionsPerSecond: [0, '0', aboveZero],
    watchedPolls: [0, '0', fromOne],
    messagesPerSecond: [Number.NaN, 'NaN', aboveZero],
    messageBurst: ['20', '"20"', fromOne],
    hello: [0, '0', fromOne],
    slowBytes: [-1, '-1', 'a number from 0'],
    slowTime: [-1, '-1', 'a number from 0'],
    fullBytes: [null, 'null', fromOne],
  },
  shedding: {
    connections: [0, '0', aboveZero],
    watches: [{}, 'an object', aboveZero],
    votes: [-1, '-1', aboveZero],
  },
}
/** What a whole of them cannot be without. */
const right = { newDevices: { perMinute: 1, burst: 1 }, captcha: { verify: () => true } }

const cases = [
  ...Object.entries(wrong).map(([name, [value, ...texts]]) => [name, { [name]: value }, ...texts] as const),
  ...Object.entries(wrongFields).flatMap(([name, fields]) =>
    Object.entries(fields).map(([field, [value, ...texts]]) => {
      const given = { [name]: { ...right[name as keyof typeof right], [field]: value } }
      return [`${name}.${field}`, given, ...texts] as const
    }),
  ),
]

function messageFor(options: unknown): string {
  try {
    checkOptions(options as LivePollOptions)
  } catch (error) {
    expect(error).toMatchObject({ name: 'OptionError' })
    return (error as Error).message
  }
  throw new Error('They were taken.')
}

describe('An option that cannot work', () => {
  it.each(cases)('%s is named, with what was given and what is accepted', (name, options, given, accepted) => {
    expect(messageFor(options)).toBe(`createLivePoll: ${name}: given: ${given}; send ${accepted}.`)
  })

  it('stands above, whichever there are, and each of their fields', () => {
    const stranger = 'somethingThatNoOptionIsLike'
    const namesIn = (options: object) => / send any of (.*)\.$/.exec(messageFor(options))?.[1]?.split(', ')
    expect(namesIn({ [stranger]: 1 })).toEqual(Object.keys(wrong))
    for (const [name, fields] of Object.entries(wrongFields)) {
      const given = { ...right[name as keyof typeof right], [stranger]: 1 }
      expect(namesIn({ [name]: given })?.sort(), name).toEqual(Object.keys(fields).sort())
    }
    for (const name of Object.keys(wrong)) {
      if (name in wrongFields) continue
      // An object of anything is refused as a whole, or not looked into here.
      const looksInto = () => checkOptions({ [name]: { [stranger]: 1 } } as never)
      expect(looksInto, name).not.toThrow(stranger)
    }
  })
})
