import { type LivePoll, PollError } from '@live-poll/server-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'

const poll = { question: 'Lunch?', choices: ['Soup', 'Salad'] }

describe('livePoll.api', () => {
  let running: RunningLivePoll
  beforeAll(async () => {
    running = await startLivePoll({ authorize: () => false })
  })
  afterAll(() => running.stop())

  /** What a caller without types may send. */
  const untyped = (value: unknown) => value as never

  it('does everything for the host’s own code, and asks nobody', async () => {
    const { api } = running.livePoll
    const opensAt = new Date(Date.now() + 3_600_000).toISOString()
    const { id } = await api.createPoll({ ...poll, opensAt }, { owner: 'ed', idempotencyKey: 'k' })
    expect((await api.createPoll({ ...poll, opensAt }, { owner: 'ed', idempotencyKey: 'k' })).id).toBe(id)
    expect((await api.createPoll({ ...poll, opensAt }, { owner: 'al', idempotencyKey: 'k' })).id).not.toBe(id)
    expect(await api.openPoll(id)).toMatchObject({ state: 'open' })
    expect(await api.castVote({ pollId: id, voter: 'ada', choices: [1], voteId: 'v' })).toEqual({
      ...{ voteId: 'v', revision: 1, epoch: 1 },
    })
    const { voteId } = await api.castVote({ pollId: id, voter: 'ada', choices: null })
    expect(voteId).toMatch(/^[0-9a-f-]{36}$/)
    expect(await api.getVote({ pollId: id, voter: 'ada' })).toEqual({ voteId, choices: null, revision: 2 })
    expect(await api.getVote({ pollId: id, voter: 'bob' })).toBeNull()
    expect(await api.closePoll(id)).toMatchObject({ state: 'closed' })
    expect(await api.getResults(id)).toMatchObject({ votes: [0, 0], voters: 0, state: 'closed' })
    expect(await api.listPolls({ limit: 1 })).toMatchObject({ polls: [{}], next: expect.any(String) })
    expect(await api.nameVoters(['ada'])).toEqual([
      { id: 'ada', token: expect.any(String), ticket: expect.any(String) },
    ])
    expect(await api.createRelayTicket()).toMatch(/^lpt_/)
  })

  it.each<[string, string, (api: LivePoll['api'], pollId: string) => Promise<unknown>]>([
    ['POLL_NOT_FOUND', 'getPoll', (api) => api.getPoll('p_nowhere')],
    ['POLL_NOT_FOUND', 'openPoll', (api) => api.openPoll('p_nowhere')],
    ['POLL_NOT_FOUND', 'closePoll', (api) => api.closePoll('p_nowhere')],
    ['POLL_NOT_FOUND', 'getResults', (api) => api.getResults('p_nowhere')],
    ['POLL_NOT_FOUND', 'getVote', (api) => api.getVote({ pollId: 'p_nowhere', voter: 'ada' })],
    ['POLL_NOT_FOUND', 'castVote', (api) => api.castVote({ pollId: 'p_nowhere', voter: 'ada', choices: [1] })],
    ['INVALID', 'createPoll', (api) => api.createPoll(untyped({ question: 'Lunch?' }))],
    ['INVALID', 'createPoll with a key', (api) => api.createPoll(poll, { idempotencyKey: '' })],
    ['INVALID', 'listPolls with a limit', (api) => api.listPolls({ limit: 0 })],
    ['INVALID', 'listPolls with a cursor', (api) => api.listPolls({ cursor: 'next' })],
    ['INVALID', 'nameVoters', (api) => api.nameVoters([])],
    ['INVALID', 'castVote of a choice', (api, pollId) => api.castVote({ pollId, voter: 'ada', choices: [9] })],
    ['INVALID', 'castVote twice the same', (api, pollId) => api.castVote({ pollId, voter: 'ada', choices: [1, 1] })],
    [
      'INVALID',
      'castVote of NaN',
      (api, pollId) => api.castVote({ pollId, voter: 'a', choices: [1], revision: Number.NaN }),
    ],
    ['INVALID', 'castVote of nothing', (api, pollId) => api.castVote(untyped({ pollId, voter: 'ada' }))],
    ['INVALID', 'castVote of an empty name', (api, pollId) => api.castVote({ pollId, voter: '', choices: [1] })],
    ['INVALID', 'castVote of nobody', (api, pollId) => api.castVote(untyped({ pollId, choices: [1] }))],
    ['INVALID', 'castVote of a number', (api, pollId) => api.castVote(untyped({ pollId, voter: 17, choices: [1] }))],
    ['INVALID', 'getVote of nobody', (api, pollId) => api.getVote(untyped({ pollId }))],
  ])('rejects with %s: %s', async (code, _, act) => {
    const { api } = running.livePoll
    const { id } = await api.createPoll(poll)
    const error = await act(api, id).catch((reason: unknown) => reason)
    if (!(error instanceof PollError)) throw new Error(`It was taken: ${JSON.stringify(error)}`)
    expect(error.code).toBe(code)
    if (code === 'INVALID') expect(error.details.issues?.length).toBeGreaterThan(0)
    expect(await api.getResults(id)).toMatchObject({ voters: 0 })
  })
})
