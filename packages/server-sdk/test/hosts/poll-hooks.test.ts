import type { Hooks, PollTurn } from '@live-poll/server-sdk'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { expectError } from '../expect-error.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { shareEmbedded } from '../servers/share-embedded.ts'
import { makeDue } from '../servers/shared-database.ts'
import { nodeSecret } from '../servers/start-nodes.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'

const lunch = { question: 'Lunch?', choices: ['Soup', 'Salad'] }
const turnHooks = ['afterCreate', 'afterEdit', 'afterClose', 'afterReset'] as const

type BeforeCreate = NonNullable<Hooks['beforeCreate']>

let shared: Awaited<ReturnType<typeof shareEmbedded>>
let running: RunningLivePoll
let call: HttpClient
let beforeCreate: BeforeCreate = () => undefined
const told: { hook: string; turn: PollTurn }[] = []
const deleted: string[] = []
beforeAll(async () => {
  const tell = (hook: string) => (turn: PollTurn) => void told.push({ hook, turn })
  shared = await shareEmbedded()
  running = await startLivePoll({
    ...{ database: shared.forNode(), secret: nodeSecret },
    hooks: {
      timeout: 300,
      beforeCreate: (asked) => beforeCreate(asked),
      ...Object.fromEntries(turnHooks.map((hook) => [hook, tell(hook)])),
      afterDelete: ({ pollId }) => void deleted.push(pollId),
    },
    identify: ({ headers }) => {
      const id = headers.get('x-user')
      return id !== null && { id }
    },
    authorize: ({ user }) => user?.id === 'ed',
  })
  call = createHttpClient(running.origin)
})
afterEach(() => {
  beforeCreate = () => undefined
})
afterAll(async () => {
  await running.stop()
  await shared.drop()
})

const api = () => running.livePoll.api

/** What the hooks were told of a poll, in order, once they were told as much. */
async function toldOf(pollId: string, times: number): Promise<{ hook: string; turn: PollTurn }[]> {
  const ofPoll = () => told.filter(({ turn }) => turn.poll.id === pollId)
  await vi.waitFor(() => expect(ofPoll().length).toBeGreaterThanOrEqual(times), { timeout: 10_000 })
  return ofPoll()
}

it('a poll that the host refuses is not made, and whoever asked is told why, over HTTP and from code', async () => {
  beforeCreate = async ({ poll, owner }) =>
    poll.choices.some(({ label }) => label === 'Pie') ? { refuse: `No pie for ${owner}.` } : undefined
  const pie = { ...lunch, choices: ['Pie', 'Soup'] }
  const before = (await api().listPolls()).polls.length
  const answer = await call('POST', '/polls', { headers: { 'x-user': 'ed' }, body: pie })
  expectError(answer, 'FORBIDDEN')
  expect(answer.body.error.message).toBe('No pie for ed.')
  await expect(api().createPoll(pie)).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'No pie for null.' })
  expect((await api().listPolls()).polls).toHaveLength(before)
  expect(await call('POST', '/polls', { token: adminKey, body: lunch })).toMatchObject({ status: 201 })
})

it.each<[string, BeforeCreate]>([
  ['throws', () => Promise.reject(new Error('no quota'))],
  ['hangs', () => new Promise(() => {})],
])('a poll whose hook %s is not made; the same request makes it later', async (how, broken) => {
  const headers = { 'idempotency-key': `key of one that ${how}` }
  beforeCreate = broken
  const refused = await call('POST', '/polls', { token: adminKey, headers, body: lunch })
  expectError(refused, 'UNAVAILABLE')
  expect(refused.body.error.retryAfter).toBeGreaterThan(0)
  expect(refused.body.error.message).not.toContain('quota')
  beforeCreate = () => undefined
  expect((await call('POST', '/polls', { token: adminKey, headers, body: lunch })).status).toBe(201)
})

it('is asked about a poll with its defaults, and not about one with mistakes', async () => {
  const asked: unknown[] = []
  beforeCreate = (about) => void asked.push(about)
  const closesAt = '2036-12-01T13:00:00+01:00'
  await expect(api().createPoll({ ...lunch, choices: ['Soup'] })).rejects.toMatchObject({ code: 'INVALID' })
  await api().createPoll({ ...lunch, closesAt }, { owner: 'ed' })
  const choices = [{ label: 'Soup' }, { label: 'Salad' }]
  expect(asked).toEqual([
    {
      owner: 'ed',
      poll: {
        ...{ question: 'Lunch?', choices, ballot: { kind: 'choose', min: 1, max: 1 }, showResults: 'always' },
        ...{ minVoters: null, canChange: true, voters: ['anyone'], needsCaptcha: false, isPrivate: false, boxes: 1 },
        ...{ opensAt: null, closesAt: '2036-12-01T12:00:00.000Z' },
      },
    },
  ])
})

it('hooks are told of a poll’s life, once each, and of no repeat', async () => {
  const key = { owner: 'ed', idempotencyKey: 'one' }
  const { id, choices } = await api().createPoll({ ...lunch, showResults: 'organizers' }, key)
  await api().createPoll({ ...lunch, showResults: 'organizers' }, key)
  await toldOf(id, 1) // what is told is read later: each step after the one before was told
  await api().castVote({ pollId: id, voter: 'ada', choices: [1] })
  for (let time = 0; time < 2; time++) await api().editPoll(id, { choices: [...choices, 'Pie'].slice(0, 3) })
  await toldOf(id, 2)
  for (let time = 0; time < 2; time++) await api().closePoll(id)
  await toldOf(id, 3)
  for (let time = 0; time < 2; time++) await api().resetPoll(id, { epoch: 1 })
  const seen = await toldOf(id, 4)
  expect(seen).toMatchObject([
    { hook: 'afterCreate', turn: { owner: 'ed', poll: { state: 'open', results: { voters: 0 } } } },
    { hook: 'afterEdit', turn: { owner: 'ed', poll: { edition: 2, results: { votes: [1, 0, 0] } } } },
    { hook: 'afterClose', turn: { owner: 'ed', poll: { state: 'closed', results: { votes: [1, 0, 0], voters: 1 } } } },
    { hook: 'afterReset', turn: { owner: 'ed', poll: { state: 'open', epoch: 2, results: { voters: 0 } } } },
  ])
  await api().deletePoll(id)
  await expect(api().deletePoll(id)).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  await vi.waitFor(() => expect(deleted).toEqual([id]))
  expect(await toldOf(id, 4)).toHaveLength(4)
})

it('hooks are told of the close that time brings about, whoever meets it first', async () => {
  const meetings: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
    'nobody but the schedule': async () => {},
    'who reads it': (id) => Promise.all(Array.from({ length: 20 }, () => api().getPoll(id))),
    'who edits it': (id) =>
      api()
        .editPoll(id, { question: 'Dinner?' })
        .catch(() => {}),
    'who forgets a voter': () => api().eraseVoter({ user: 'ada' }),
  }
  const polls = await Promise.all(
    Object.entries(meetings).map(async ([who, meet]) => {
      const { id } = await api().createPoll(lunch)
      await api().castVote({ pollId: id, voter: who === 'who forgets a voter' ? 'ada' : 'bob', choices: [2] })
      return { id, who, meet }
    }),
  )
  for (const { id, meet } of polls) {
    await makeDue(shared, id)
    await meet(id)
  }
  for (const { id, who } of polls) {
    await vi.waitFor(
      () =>
        expect(
          told.filter(({ hook, turn }) => hook === 'afterClose' && turn.poll.id === id),
          who,
        ).toHaveLength(1),
      10_000,
    )
    const [close] = told.filter(({ hook, turn }) => hook === 'afterClose' && turn.poll.id === id)
    expect(close?.turn.poll, who).toMatchObject({
      state: 'closed',
      results: { state: 'closed', votes: [0, 1], voters: 1 },
    })
  }
})
