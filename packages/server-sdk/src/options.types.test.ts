import type { ErrorCode, errors, PollError, PollInput, VoteInput } from '@live-poll/client-sdk/protocol'
import { describe, expectTypeOf, it } from 'vitest'
import type { LivePollApi } from './api.ts'
import type { LivePollOptions } from './options.ts'
import type { OptionError } from './resolve-options.ts'

/** Takes options and is not called: what counts is what compiles. */
const take = (_: LivePollOptions) => {}

describe('types', () => {
  it('say that ids of choices are numbers', () => {
    expectTypeOf<VoteInput['choices']>().toEqualTypeOf<readonly number[]>()
    expectTypeOf<Parameters<LivePollApi['castVote']>[0]['choices']>().toExtend<readonly number[] | null>()
    // @ts-expect-error
    const vote: VoteInput = { voteId: 'v', choices: ['1'] }
    void vote
  })

  it('say that codes are a union, that of the table', () => {
    expectTypeOf<keyof typeof errors>().toEqualTypeOf<ErrorCode>()
    expectTypeOf<PollError['code']>().toEqualTypeOf<ErrorCode>()
    expectTypeOf<string>().not.toExtend<ErrorCode>()
    // @ts-expect-error
    const code: ErrorCode = 'POLL_IS_CLOSED'
    void code
  })

  it('refuse options that are wrong', () => {
    // @ts-expect-error
    take({ basepath: '/polls' })
    // @ts-expect-error
    take({ batchSize: '5' })
    // @ts-expect-error
    take({ channel: { helo: 1 } })
    // @ts-expect-error
    take({ database: 'postgres://db' })
    // @ts-expect-error
    take({ origins: 'https://www.example.org' })
    // @ts-expect-error
    take({ hooks: { beforeVotes: () => undefined } })
    // @ts-expect-error
    take({ identify: () => ({ id: 7 }) })
    take({ origins: '*', channel: { hello: 1 }, images: false, channelUrl: null })
    expectTypeOf<OptionError>().toExtend<Error>()
  })

  it('refuse polls that are wrong', () => {
    // @ts-expect-error
    const misspelt: PollInput = { question: 'Lunch?', choices: ['Soup', 'Salad'], showResult: 'always' }
    // @ts-expect-error
    const unknown: PollInput = { question: 'Lunch?', choices: ['Soup', 'Salad'], showResults: 'never' }
    void misspelt
    void unknown
  })
})
