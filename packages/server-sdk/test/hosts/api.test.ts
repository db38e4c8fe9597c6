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
    const { choices } = await api.getPoll(id)
    expect(await api.editPoll(id, { choices: ['Pie', ...choices], minVoters: 2, boxes: 4 })).toMatchObject({
      choices: [{ id: 3, label: 'Pie' }, ...choices],
      ...{ minVoters: 2, question: poll.question, edition: 2, epoch: 1, results: { votes: [0, 0, 0] } },
    })
    expect(await api.closePoll(id)).toMatchObject({ state: 'closed' })
    expect(await api.getResults(id)).toMatchObject({ votes: [0, 0, 0], voters: 0, state: 'closed' })
    expect(await api.listPolls({ limit: 1 })).toMatchObject({ polls: [{}], next: expect.any(String) })
    expect(await api.nameVoters(['ada'])).toEqual([
      { id: 'ada', token: expect.any(String), ticket: expect.any(String) },
    ])
    expect(await api.createRelayTicket()).toMatch(/^lpt_/)
    for (let time = 0; time < 2; time++) {
      expect(await api.resetPoll(id, { epoch: 1 })).toMatchObject({ state: 'open', epoch: 2, edition: 2 })
    }
    expect(await api.getVote({ pollId: id, voter: 'ada' })).toBeNull()
    expect(await api.deletePoll(id)).toBeUndefined()
    await expect(api.getPoll(id)).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
    await expect(api.createPoll({ ...poll, opensAt }, { owner: 'ed', idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'POLL_NOT_FOUND',
    })
  })

  it('tells what stands when it refuses', async () => {
    const { api } = running.livePoll
    const { id } = await api.createPoll({ ...poll, canChange: false })
    const cast = (fields: object) => api.castVote({ pollId: id, voter: 'ada', choices: [1], ...fields })
    await cast({ voteId: 'v' })
    const vote = { voteId: 'v', choices: [1], revision: 1 }
    await expect(cast({})).rejects.toMatchObject({ code: 'ALREADY_VOTED', details: { revision: 1, vote } })
    await api.editPoll(id, { canChange: true })
    await expect(cast({ revision: 0 })).rejects.toMatchObject({ code: 'REVISION_CONFLICT', details: { vote } })
    await expect(api.editPoll(id, { question: 'Dinner?', ballot: { max: 2 } })).rejects.toMatchObject({
      code: 'POLL_HAS_VOTES',
      details: { issues: [{ path: 'question' }, { path: 'ballot' }] },
    })
    await expect(api.resetPoll(id, { epoch: 2 })).rejects.toMatchObject({
      code: 'EPOCH_CHANGED',
      details: { epoch: 1 },
    })
    await api.resetPoll(id, { epoch: 1 })
    await expect(cast({ epoch: 1, choices: [9] })).rejects.toMatchObject({
      code: 'EPOCH_CHANGED',
      details: { epoch: 2 },
    })
    await api.closePoll(id)
    await expect(api.editPoll(id, { closesAt: null, canChange: false })).rejects.toMatchObject({
      code: 'POLL_CLOSED',
      details: { issues: [{ path: 'canChange' }] },
    })
  })

  it('takes a vote for a choice that another node has added', async () => {
    const second = await startLivePoll({ directory: running.directory })
    const { id, choices } = await running.livePoll.api.createPoll(poll)
    const cast = (voter: string, choice: number) =>
      second.livePoll.api.castVote({ pollId: id, voter, choices: [choice] })
    await cast('ada', 1)
    await running.livePoll.api.editPoll(id, { choices: [...choices, 'Pie'], boxes: 16 })
    expect(await cast('bob', 3)).toMatchObject({ revision: 1 })
    expect(await running.livePoll.api.getResults(id)).toMatchObject({ votes: [1, 0, 1], voters: 2 })
    await second.stop()
  })

  it.each<[string, string, (api: LivePoll['api'], pollId: string) => Promise<unknown>]>([
    ['POLL_NOT_FOUND', 'getPoll', (api) => api.getPoll('p_nowhere')],
    ['POLL_NOT_FOUND', 'openPoll', (api) => api.openPoll('p_nowhere')],
    ['POLL_NOT_FOUND', 'closePoll', (api) => api.closePoll('p_nowhere')],
    ['POLL_NOT_FOUND', 'getResults', (api) => api.getResults('p_nowhere')],
    ['POLL_NOT_FOUND', 'getVote', (api) => api.getVote({ pollId: 'p_nowhere', voter: 'ada' })],
    ['POLL_NOT_FOUND', 'castVote', (api) => api.castVote({ pollId: 'p_nowhere', voter: 'ada', choices: [1] })],
    ['POLL_NOT_FOUND', 'editPoll', (api) => api.editPoll('p_nowhere', { boxes: 2 })],
    ['POLL_NOT_FOUND', 'resetPoll', (api) => api.resetPoll('p_nowhere', { epoch: 1 })],
    ['POLL_NOT_FOUND', 'deletePoll', (api) => api.deletePoll('p_nowhere')],
    ['INVALID', 'editPoll', (api, pollId) => api.editPoll(pollId, { question: '' })],
    ['INVALID', 'editPoll with what is misspelt', (api, pollId) => api.editPoll(pollId, untyped({ canchange: true }))],
    ['INVALID', 'editPoll with nothing', (api, pollId) => api.editPoll(pollId, untyped(null))],
    ['INVALID', 'editPoll of another choice', (api, id) => api.editPoll(id, { choices: ['a', { id: 3, label: 'b' }] })],
    ['INVALID', 'resetPoll of no epoch', (api, pollId) => api.resetPoll(pollId, untyped({}))],
    ['INVALID', 'resetPoll of nothing', (api, pollId) => api.resetPoll(pollId, untyped(undefined))],
    ['INVALID', 'resetPoll of epoch 0', (api, pollId) => api.resetPoll(pollId, { epoch: 0 })],
    ['INVALID', 'resetPoll of an epoch no column holds', (api, pollId) => api.resetPoll(pollId, { epoch: 2 ** 31 })],
    ['INVALID', 'resetPoll with more', (api, pollId) => api.resetPoll(pollId, untyped({ epoch: 1, force: true }))],
    ['EPOCH_CHANGED', 'resetPoll of an epoch to come', (api, pollId) => api.resetPoll(pollId, { epoch: 2 })],
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
