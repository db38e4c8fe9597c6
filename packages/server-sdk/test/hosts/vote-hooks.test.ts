import type { AcceptedVote, Hooks, VoteToCast } from '@live-poll/server-sdk'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createHttpClient } from '../http-client.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, newVoter, readResults, visitAsRelay, visitAsVoter } from './channel-visitor.ts'
import { openBooth, waysToVote } from './ways-to-vote.ts'

/** Milliseconds that a hook has. */
const timeout = 400

let running: RunningLivePoll
let beforeVote: NonNullable<Hooks['beforeVote']> = () => undefined
let afterVote: NonNullable<Hooks['afterVote']> = () => undefined
beforeAll(async () => {
  const hooks: Hooks = { timeout, beforeVote: (vote) => beforeVote(vote), afterVote: (vote) => afterVote(vote) }
  running = await startLivePoll({ hooks })
})
afterEach(() => {
  beforeVote = () => undefined
  afterVote = () => undefined
})
afterAll(async () => {
  await running.stop()
  const named = expect.stringMatching(/^The hook (beforeVote|afterVote) failed/)
  for (const error of running.logger.errors) expect(error).toEqual([named, expect.any(Error)])
})

const hang = () => new Promise<never>(() => {})
const api = () => running.livePoll.api
const nameOf = ({ voter }: Pick<VoteToCast, 'voter'>) => (voter.kind === 'user' ? voter.id : voter.kind)

describe.each(waysToVote)('Over %s', (way) => {
  it('a vote that the host refuses is answered with its reason, and is not cast', async () => {
    const { id } = await createPoll(running)
    const booth = await openBooth(running, way, 'ada')
    beforeVote = async ({ choices }) => (choices?.includes(2) ? { refuse: 'There is no salad left.' } : undefined)
    expect(await booth.cast(id, { voter: 'ada', choices: [2] })).toMatchObject({
      ...{ code: 'VOTE_REFUSED', message: 'There is no salad left.' },
    })
    expect(await readResults(running, id)).toMatchObject({ voters: 0 })
    expect(await booth.cast(id, { voter: 'ada', choices: [1] })).toMatchObject({ revision: 1 })
    await booth.close()
  })

  it.each<[string, NonNullable<Hooks['beforeVote']>]>([
    [
      'throws',
      () => {
        throw new Error('no list of members')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no list of members'))],
    ['hangs', hang],
    ['says what means nothing', (() => false) as never],
  ])('a vote whose hook %s is not cast; the same vote is, once the hook works again', async (_, broken) => {
    const { id } = await createPoll(running)
    const booth = await openBooth(running, way, 'ada')
    const vote = { voter: 'ada', voteId: 'v-1' }
    beforeVote = broken
    const answer = await booth.cast(id, vote)
    expect(answer).toMatchObject({ code: 'UNAVAILABLE', retryAfter: expect.any(Number) })
    expect(answer.message).not.toContain('members')
    expect(await readResults(running, id)).toMatchObject({ voters: 0 })
    beforeVote = () => undefined
    const receipt = await booth.cast(id, vote)
    expect(receipt).toMatchObject({ revision: 1 })
    expect(receipt.duplicate).toBeUndefined()
    await booth.close()
  })

  it('the hook is shown the vote: a first one, a change, a retraction', async () => {
    const { id } = await createPoll(running, { ballot: { min: 1, max: 2 } })
    const booth = await openBooth(running, way, 'ada')
    const asked: VoteToCast[] = []
    const accepted: AcceptedVote[] = []
    beforeVote = (vote) => void asked.push(vote)
    afterVote = (vote) => void accepted.push(vote)
    await booth.cast(id, { voter: 'ada', voteId: 'v-1', choices: [2, 1] })
    await booth.cast(id, { voter: 'ada', voteId: 'v-1', choices: [2, 1] })
    await booth.cast(id, { voter: 'ada', voteId: 'v-2', choices: null })
    const seen = { pollId: id, voter: { kind: 'user', id: 'ada' } }
    const first = { ...seen, voteId: 'v-1', choices: [1, 2] }
    const second = { ...seen, voteId: 'v-2', choices: null }
    expect(asked, 'of a repeat, too').toMatchObject([first, first, second])
    await vi.waitFor(() => expect(accepted).toHaveLength(2))
    expect(accepted, 'of what counts').toEqual([
      { ...first, revision: 1, epoch: 1 },
      { ...second, revision: 2, epoch: 1 },
    ])
    await booth.close()
  })

  it.each([
    ['throws', () => Promise.reject(new Error('oops'))],
    ['hangs', hang],
  ])('what comes after a vote and %s changes no answer', async (_, broken) => {
    const { id } = await createPoll(running)
    const booth = await openBooth(running, way, 'ada')
    let told = 0
    afterVote = () => {
      told++
      return broken()
    }
    expect(await booth.cast(id, { voter: 'ada' })).toMatchObject({ revision: 1 })
    expect(await booth.cast(id, { voter: 'ada', choices: [2] })).toMatchObject({ revision: 2 })
    await vi.waitFor(() => expect(told).toBe(2))
    await booth.close()
  })
})

it('the hook is told no device and no holder of an invitation', async () => {
  const asked: VoteToCast['voter'][] = []
  beforeVote = ({ voter }) => void asked.push(voter)
  const { id } = await createPoll(running)
  const socket = await visitAsVoter(running, 'ws')
  await cast(socket, id)
  const invited = await createPoll(running, { voters: 'invitation' })
  const [one, other] = await api().createInvitations(invited.id, { count: 2 })
  const { token } = await newVoter(running)
  const call = createHttpClient(running.origin)
  const admitted = await call<{ token: string }>('POST', '/voters', { token, body: { invitation: one?.code } })
  const body = { voteId: 'v-1', choices: [1] }
  await call('PUT', `/polls/${invited.id}/vote`, { token: admitted.body.token, body })
  await api().castVote({ pollId: invited.id, voter: 'ada', choices: [1], invitation: other?.code })
  expect(asked).toEqual([{ kind: 'device' }, { kind: 'invitation' }, { kind: 'invitation' }])
  expect(await readResults(running, invited.id)).toMatchObject({ voters: 2 })
  await socket.close()
})

it('a hook that hangs, throws or refuses concerns its own vote, and no other of its connection and its batch', async () => {
  let giveUp = (_: Error) => {}
  const hanging = new Promise<never>((_, reject) => {
    giveUp = reject
  })
  const asked = async (vote: VoteToCast) => {
    const name = nameOf(vote)
    if (name.startsWith('hanging')) return hanging
    if (name.startsWith('broken')) throw new Error('oops')
    return name.startsWith('refused') ? { refuse: 'No.' } : undefined
  }
  const patient = await startLivePoll({ hooks: { timeout: 60_000, beforeVote: asked } })
  const { id } = await createPoll(patient)
  const relay = await visitAsRelay(patient, 'uWebSockets.js')
  const kinds = ['hanging', 'good', 'broken', 'refused']
  const voters = Array.from({ length: 400 }, (_, index) => `${kinds[index % kinds.length]}-${index}`)
  const answers = new Map<string, string>()
  const casting = voters.map(async (voter) => {
    const answer = await cast(relay, id, { voter })
    answers.set(voter, answer.type === 'voted' ? 'voted' : answer.code)
  })
  await vi.waitFor(() => expect(answers.size).toBe(300), 8000)
  expect([...answers.keys()].filter((voter) => voter.startsWith('hanging'))).toEqual([])
  expect(await readResults(patient, id)).toMatchObject({ votes: [100, 0], voters: 100 })
  giveUp(new Error('at last'))
  await Promise.all(casting)
  const expected = { good: 'voted', hanging: 'UNAVAILABLE', broken: 'UNAVAILABLE', refused: 'VOTE_REFUSED' }
  for (const [voter, answer] of answers) {
    expect(answer, voter).toBe(expected[voter.replace(/-.*/, '') as keyof typeof expected])
  }
  expect(await readResults(patient, id)).toMatchObject({ votes: [100, 0], voters: 100 })
  await relay.close()
  await patient.stop()
})

it('votes of one voter are cast in the order in which they came, however long the hook takes for each', async () => {
  const { id } = await createPoll(running)
  const relay = await visitAsRelay(running, 'ws')
  const pauses = [150, 100, 50, 0]
  beforeVote = ({ voteId }) => new Promise((resolve) => setTimeout(resolve, pauses[Number(voteId)]))
  const casting = pauses.map((_, index) =>
    cast(relay, id, { voter: 'ada', voteId: String(index), choices: [1 + (index % 2)] }),
  )
  const answers = await Promise.all(casting)
  expect(answers.map((answer) => answer.type === 'voted' && answer.revision)).toEqual([1, 2, 3, 4])
  expect(await api().getVote({ pollId: id, voter: 'ada' })).toEqual({ voteId: '3', choices: [2], revision: 4 })
  await relay.close()
})

it('a poll that changes while the hook is asked decides about the vote by its new rules', async () => {
  const { id, choices } = await createPoll(running)
  let goOn = () => {}
  let times = 0
  beforeVote = () => {
    times++
    return new Promise<void>((resolve) => {
      goOn = resolve
    })
  }
  const casting = openBooth(running, 'api', 'ada').then((booth) => booth.cast(id, { voter: 'ada' }))
  await vi.waitFor(() => expect(times).toBe(1))
  await api().editPoll(id, { choices: [...choices, 'Pie'] })
  goOn()
  expect(await casting).toMatchObject({ revision: 1 })
  expect(times, 'asked once').toBe(1)
  const late = openBooth(running, 'api', 'bob').then((booth) => booth.cast(id, { voter: 'bob' }))
  await vi.waitFor(() => expect(times).toBe(2))
  await api().closePoll(id)
  goOn()
  expect(await late).toMatchObject({ code: 'POLL_CLOSED' })
})
