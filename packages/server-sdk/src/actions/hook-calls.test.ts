import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PollError } from '@live-poll/client-sdk/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { readPollInput } from '../domain/poll-input.ts'
import type { Hooks, VoteToCast } from '../ports/hooks.ts'
import { createHookCalls, toPollToCreate } from './hook-calls.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const vote: VoteToCast = {
  ...{ pollId: 'p', voteId: 'v', choices: [1], voter: { kind: 'device' }, revision: 0, epoch: 1 },
}
const accepted = { pollId: 'p', voteId: 'v', choices: [1], voter: { kind: 'device' }, revision: 1, epoch: 1 } as const

function createSetup(hooks: Hooks) {
  const logger = createRecordingLogger()
  const calls = createHookCalls(hooks, logger)
  const answers: (PollError | undefined)[] = []
  return { logger, calls, answers, ask: () => calls.ask('beforeVote', vote, (answer) => void answers.push(answer)) }
}

describe('a before-hook', () => {
  it.each([undefined, null])('lets pass by %s, at once', (verdict) => {
    const { ask, answers, logger } = createSetup({ beforeVote: () => verdict })
    ask()
    expect(answers).toEqual([undefined])
    expect(logger.errors).toEqual([])
  })

  it('refuses with its reason, or with the words of the code', async () => {
    for (const [refuse, message] of [
      ['Members only.', 'Members only.'],
      ['', 'This vote was refused.'],
    ] as const) {
      const { ask, answers, logger } = createSetup({ beforeVote: async () => ({ refuse }) })
      ask()
      await nextTurn()
      expect(answers).toMatchObject([{ code: 'VOTE_REFUSED', message, details: {} }])
      expect(logger.errors).toEqual([])
    }
    const { calls, answers } = createSetup({ beforeCreate: () => ({ refuse: 'No more polls.' }) })
    const checked = readPollInput({ question: 'Lunch?', choices: ['Soup', 'Salad'] })
    if (!checked.ok) throw new Error('not ok')
    calls.ask(
      'beforeCreate',
      { poll: toPollToCreate(checked.poll), owner: null },
      (answer) => void answers.push(answer),
    )
    expect(answers).toMatchObject([{ code: 'FORBIDDEN', message: 'No more polls.' }])
  })

  const oops = new Error('the list of members is gone')
  it.each<[string, () => unknown, unknown]>([
    ['throws', () => Promise.reject(oops), oops],
    ['returns false', () => false, new TypeError('It must return nothing, or { refuse: "why" }.')],
    ['returns true', () => true, new TypeError('It must return nothing, or { refuse: "why" }.')],
    ['returns a text', () => 'no', new TypeError('It must return nothing, or { refuse: "why" }.')],
    ['refuses without a text', () => ({ refuse: 1 }), new TypeError('It must return nothing, or { refuse: "why" }.')],
    ['hangs', () => new Promise(() => {}), new Error('It took longer than 5000 ms.')],
  ])('that %s lets nothing pass: the same may be asked again, and the log has the cause', async (_, hook, cause) => {
    const { ask, answers, logger } = createSetup({ beforeVote: hook as Hooks['beforeVote'] })
    ask()
    await nextTurn()
    vi.advanceTimersByTime(5000)
    expect(answers).toMatchObject([{ code: 'UNAVAILABLE', details: { retryAfter: expect.any(Number) } }])
    expect(answers[0]?.message).not.toContain('members')
    expect(logger.errors).toEqual([[expect.stringMatching(/^The hook beforeVote failed: /), cause]])
  })

  it('is called as what the host gave has it', () => {
    const seen: unknown[] = []
    const hooks = {
      members: ['ada'],
      beforeVote(about: VoteToCast) {
        seen.push(this.members, about)
      },
    }
    createSetup(hooks).ask()
    expect(seen).toEqual([['ada'], vote])
  })

  it('is not waited for when the server closes, nor asked after that', async () => {
    let times = 0
    const { calls, ask, answers, logger } = createSetup({
      beforeVote: () => {
        times++
        return new Promise(() => {})
      },
    })
    ask()
    calls.close()
    ask()
    expect(answers).toMatchObject([{ code: 'UNAVAILABLE' }, { code: 'UNAVAILABLE' }])
    expect([times, logger.errors, vi.getTimerCount()]).toEqual([1, [], 0])
  })
})

describe('an after-hook', () => {
  it('is told in a later turn; what it throws is in the log', async () => {
    const told: unknown[] = []
    const oops = new Error('oops')
    const { calls, logger } = createSetup({
      async afterVote(one) {
        told.push(one)
        throw oops
      },
    })
    calls.tell('afterVote', () => accepted)
    expect(told).toEqual([])
    await nextTurn()
    await nextTurn()
    expect(told).toEqual([accepted])
    expect(logger.errors).toEqual([['The hook afterVote failed: what it was told of stands.', oops]])
  })

  it('is told nothing where there is nothing to tell any more, and not at all where the host has none', async () => {
    const told: unknown[] = []
    const { calls, logger } = createSetup({ afterClose: (turn) => told.push(turn) })
    calls.tell('afterClose', async () => undefined)
    calls.tell('afterEdit', () => {
      throw new Error('nobody asks')
    })
    await nextTurn()
    await nextTurn()
    expect([told, logger.errors]).toEqual([[], []])
  })

  it('is in the log where what it is told cannot be read', async () => {
    const { calls, logger } = createSetup({ afterClose() {} })
    calls.tell('afterClose', () => Promise.reject(new Error('no database')))
    await nextTurn()
    await nextTurn()
    expect(logger.errors).toMatchObject([
      [expect.stringMatching(/^The hook afterClose failed/), { message: 'no database' }],
    ])
  })

  it('is waited for when the server closes, and told nothing after that', async () => {
    const told: unknown[] = []
    let resolve = () => {}
    const { calls } = createSetup({
      afterVote(one) {
        told.push(one)
        return new Promise<void>((done) => {
          resolve = done
        })
      },
    })
    calls.tell('afterVote', () => accepted)
    let isSettled = false
    void calls.settled().then(() => {
      isSettled = true
    })
    await nextTurn()
    expect([told.length, isSettled]).toEqual([1, false])
    resolve()
    await nextTurn()
    expect(isSettled).toBe(true)
    calls.tell('afterVote', () => accepted)
    await nextTurn()
    expect(told).toHaveLength(1)
  })
})

it('says that a hook fails at once, and then once a minute how often, with the newest cause', () => {
  let times = 0
  const { ask, logger } = createSetup({
    beforeVote: () => {
      throw new Error(`time ${++times}`)
    },
  })
  for (let time = 0; time < 1000; time++) ask()
  expect(logger.errors).toEqual([[expect.stringContaining('beforeVote failed:'), new Error('time 1')]])
  vi.advanceTimersByTime(60_000)
  expect(logger.errors.slice(1)).toEqual([
    [expect.stringContaining('beforeVote failed 999 times:'), new Error('time 1000')],
  ])
})

it('shows a poll to be made with its defaults, as a copy', () => {
  const checked = readPollInput({
    question: ' Lunch? ',
    choices: ['Soup', 'Salad'],
    closesAt: '2036-12-01T13:00:00+01:00',
  })
  if (!checked.ok) throw new Error('not ok')
  const shown = toPollToCreate(checked.poll)
  expect(shown).toMatchObject({
    ...{ question: 'Lunch?', choices: [{ label: 'Soup' }, { label: 'Salad' }], showResults: 'always' },
    ...{ opensAt: null, closesAt: '2036-12-01T12:00:00.000Z' },
  })
  ;(shown.choices as { label: string }[]).pop()
  expect(checked.poll.choices).toHaveLength(2)
})
