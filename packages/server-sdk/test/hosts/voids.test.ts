import type { AuditEntry, ErrorBody, Poll, Results, Vote, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { expectError } from '../expect-error.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { createPoll, newVoter, readResults } from './channel-visitor.ts'

import { startWatching, wires } from './watchers.ts'

const asAdmin = { token: adminKey }

/** A host whose users sign in with a token of its own, and of whom `ed` is an editor. */
let running: RunningLivePoll
let call: HttpClient
beforeAll(async () => {
  running = await startLivePoll({
    resultsInterval: 10,
    identify: ({ headers }) => {
      const id = /^Bearer user:(.+)$/.exec(headers.get('authorization') ?? '')?.[1]
      return id !== undefined && { id }
    },
    authorize: ({ user }) => user?.id === 'ed',
  })
  call = createHttpClient(running.origin)
})
afterAll(() => running.stop())

const voidThose = (pollId: string, filter: object, options: object = asAdmin) =>
  call<{ voided: number }>('POST', `/polls/${pollId}/void`, { ...options, body: { filter, reason: 'One person' } })
const readAudit = async (pollId: string) =>
  (await call<{ entries: AuditEntry[] }>('GET', `/polls/${pollId}/audit`, asAdmin)).body.entries

/** A poll in which Ada has chosen 1, and Bob 2. */
async function createVoted(fields: object = {}): Promise<Poll> {
  const poll = await createPoll(running, fields)
  await running.livePoll.api.castVote({ pollId: poll.id, voter: 'ada', choices: [1], voteId: 'ada-1' })
  await running.livePoll.api.castVote({ pollId: poll.id, voter: 'bob', choices: [2], voteId: 'bob-1' })
  return poll
}

async function keyOf(pollId: string, voteId: string): Promise<string> {
  for await (const vote of running.livePoll.api.exportVotes(pollId)) if (vote.voteId === voteId) return vote.voterKey
  throw new Error(`There is no vote ${voteId}.`)
}

describe('taking votes out', () => {
  it('counts them as voided on every wire, and says who did it and why to organizers', async () => {
    const { id } = await createVoted()
    const watchers = await Promise.all(wires.map((wire) => startWatching(running, wire, id)))
    const voterKeys = [await keyOf(id, 'ada-1')]
    const body = { filter: { voterKeys }, reason: 'One person', isDryRun: true }
    expect(await call('POST', `/polls/${id}/void`, { ...asAdmin, body })).toMatchObject({ body: { voided: 1 } })
    expect(await readAudit(id)).toEqual([])

    const answer = await voidThose(id, { voterKeys }, { token: 'user:ed' })
    expect(answer).toMatchObject({ status: 200, body: { voided: 1 } })
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(await readResults(running, id)).toMatchObject({ votes: [0, 1], voters: 1, voided: 1 })
    for (const watcher of watchers) {
      expect(watcher.answer.poll.results).not.toHaveProperty('voided')
      const results = await watcher.take('results', (message) => message.voided === 1)
      expect(results).toMatchObject({ votes: [0, 1], voters: 1 })
      await watcher.close()
    }
    const [entry, ...others] = await readAudit(id)
    expect(entry).toEqual({
      ...{ id: expect.stringMatching(/^a_[\w-]{16}$/), at: expect.any(String), action: 'void', actor: 'ed' },
      ...{ reason: 'One person', votes: 1, filter: { voterKeys } },
    })
    expect(others).toEqual([])
    expect(await voidThose(id, { voterKeys })).toMatchObject({ body: { voided: 0 } })
    expect(await readAudit(id)).toHaveLength(1)
  })

  it('reaches a closed poll, and who looks at it', async () => {
    const { id } = await createVoted()
    await running.livePoll.api.closePoll(id)
    const watchers = await Promise.all(wires.map((wire) => startWatching(running, wire, id)))
    await voidThose(id, { choices: [2] })
    for (const watcher of watchers) {
      const results = await watcher.take('results', (message) => message.voided === 1)
      expect(results).toMatchObject({ state: 'closed', votes: [1, 0], voters: 1 })
      await watcher.close()
    }
  })

  it('is hidden where results are', async () => {
    const { id } = await createVoted({ showResults: 'organizers' })
    const { token } = await newVoter(running)
    const before = await call<Poll>('GET', `/polls/${id}`, { token })
    await voidThose(id, { choices: [1] })
    const after = await call<Poll>('GET', `/polls/${id}`, { token })
    expect(after.body).toEqual({ ...before.body, results: null })
    expectError(await call('GET', `/polls/${id}/results`, { token }), 'RESULTS_HIDDEN')
    const organizers = await call<Results>('GET', `/polls/${id}/results`, asAdmin)
    expect(organizers.body).toMatchObject({ votes: [0, 1], voided: 1 })
    for (const token of [undefined, `${(await newVoter(running)).token}`]) {
      const { status } = await call('GET', `/polls/${id}/audit`, token === undefined ? {} : { token })
      expect(status).toBe(token === undefined ? 401 : 403)
    }
  })

  it('has its voter cast no other, on any wire', async () => {
    const { id } = await createPoll(running)
    const { token } = await newVoter(running)
    const put = (voteId: string) => call('PUT', `/polls/${id}/vote`, { token, body: { voteId, choices: [1] } })
    await put('v-1')
    await voidThose(id, { choices: [1] })
    for (const voteId of ['v-1', 'v-2']) expectError(await put(voteId), 'VOTE_REFUSED')
    const own = await call<Vote>('GET', `/polls/${id}/vote`, { token })
    expect(own.body).toEqual({ voteId: 'v-1', choices: null, revision: 1 })
    expect(await readResults(running, id)).toMatchObject({ voters: 0, voided: 1 })
  })

  it('takes the keys of as many voters as one may name', async () => {
    const { id } = await createVoted()
    const strangers = Array.from({ length: 999 }, (_, index) => String(index).padStart(22, 'k'))
    const voterKeys = [...strangers, await keyOf(id, 'bob-1')]
    expect(await voidThose(id, { voterKeys })).toMatchObject({ status: 200, body: { voided: 1 } })
    expectError((await voidThose(id, { voterKeys: [...voterKeys, 'x'.repeat(22)] })) as never, 'INVALID')
  })

  it('is in the metrics, and repeats no void there', async () => {
    const { id } = await createVoted()
    const count = async () => {
      const { body } = await call<string>('GET', '/metrics', asAdmin)
      return Number(/^live_poll_voided_votes_total (\d+)$/m.exec(body)?.[1])
    }
    const before = await count()
    for (let time = 0; time < 2; time++) await voidThose(id, { choices: [1, 2] })
    expect(await count()).toBe(before + 2)
  })

  it('from the host’s own code names whom the host names', async () => {
    const { api } = running.livePoll
    const { id } = await createVoted()
    const reason = 'One person'
    await api.voidVotes(id, { filter: { choices: [1] }, reason })
    await api.voidVotes(id, { filter: { choices: [2] }, reason }, { actor: 'back office' })
    expect((await api.readAudit(id)).map(({ actor }) => actor).sort()).toEqual(['back office', null])
    await expect(api.voidVotes('p_none', { filter: { choices: [1] }, reason })).rejects.toMatchObject({
      code: 'POLL_NOT_FOUND',
    })
    await expect(api.readAudit('p_none')).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
    await expect(api.voidVotes(id, { filter: {}, reason })).rejects.toMatchObject({ code: 'INVALID' })
  })
})

describe('forgetting a voter', () => {
  const erase = (voter: string) => call<{ polls: number }>('DELETE', `/voters/${encodeURIComponent(voter)}`, asAdmin)

  it.each(['ada', 'a/b?c#d', 'Ada Lovelace', 'ada@example.org', 'Ådå 100 %', '..'])(
    'in all polls, by the id the host gives them: %s',
    async (user) => {
      const { api } = running.livePoll
      const [open, closed, other] = [await createVoted(), await createVoted(), await createVoted()]
      for (const { id } of [open, closed]) await api.castVote({ pollId: id, voter: user, choices: [2], voteId: 'mine' })
      await api.closePoll(closed.id)
      const watchers = await Promise.all(wires.map((wire) => startWatching(running, wire, open.id)))
      expect(await erase(user)).toMatchObject({ status: 200, body: { polls: user === 'ada' ? expect.any(Number) : 2 } })
      const voters = user === 'ada' ? 1 : 2
      expect(await api.getResults(open.id)).toMatchObject({ voters })
      expect(await api.getResults(closed.id)).toMatchObject({ voters: user === 'ada' ? 2 : 3, state: 'closed' })
      expect(await api.getResults(other.id)).toMatchObject({ voters })
      for (const { id } of [open, closed]) expect(await api.getVote({ pollId: id, voter: user })).toBeNull()
      for (const watcher of watchers) {
        expect(await watcher.take('results')).toMatchObject({ voters })
        await watcher.close()
      }
      expect(await readAudit(closed.id)).toMatchObject([{ action: 'erase', actor: null, votes: 1 }])
      expect(await erase(user), 'again').toMatchObject({ status: 200, body: { polls: 0 } })
    },
  )

  it('is for organizers, and for what is an id', async () => {
    expectError(await call('DELETE', '/voters/ada'), 'UNAUTHENTICATED')
    expectError(await call('DELETE', '/voters/ada', { token: (await newVoter(running)).token }), 'FORBIDDEN')
    expectError(await call('DELETE', '/voters/ada', { token: 'user:ada' }), 'FORBIDDEN')
    expect(await call('DELETE', '/voters/zoe', { token: 'user:ed' })).toMatchObject({ status: 200, body: { polls: 0 } })
    for (const id of ['%ff%00', '%', '%zz', '%00', 'x'.repeat(201)]) {
      const answer = await call<ErrorBody>('DELETE', `/voters/${id}`, asAdmin)
      expectError(answer, 'INVALID')
      expect(answer.body.error.issues?.map(({ path }) => path)).toEqual(['user'])
    }
    expectError(await call('DELETE', '/voters/', asAdmin), 'METHOD_NOT_ALLOWED')
  })

  it('forgets whose polls they are, and lets authorize know', async () => {
    const body = { question: 'Mine?', choices: ['Yes', 'No'] }
    const headers = { 'idempotency-key': 'k' }
    const made = await call<Poll>('POST', '/polls', { token: 'user:ed', body, headers })
    expect(made.status).toBe(201)
    await voidThose(made.body.id, { choices: [1] }, { token: 'user:ed' })
    expect(await erase('ed')).toMatchObject({ body: { polls: expect.any(Number) } })
    const again = await call<Poll>('POST', '/polls', { token: 'user:ed', body, headers })
    expect(again.body.id, 'the key is forgotten, too').not.toBe(made.body.id)
    expect(await erase('ed')).toMatchObject({ body: { polls: 1 } })
  })

  it('by a token, and by an invitation, from the host’s own code', async () => {
    const { api } = running.livePoll
    const [anyone, invited] = [await createPoll(running), await createPoll(running, { voters: 'invitation' })]
    const invitations = await api.createInvitations(invited.id, { count: 2 })
    const [first, second] = invitations.map(({ code }) => code)
    const admit = async (body: object = {}) => (await call<VoterAdmission>('POST', '/voters', { body })).body.token
    const put = (id: string, token: string) =>
      call('PUT', `/polls/${id}/vote`, { token, body: { voteId: 'v', choices: [1] } })
    const device = await admit()
    expect(await put(anyone.id, device)).toMatchObject({ status: 200 })
    expect(await put(invited.id, await admit({ invitation: first }))).toMatchObject({ status: 200 })
    expect(await put(invited.id, await admit({ invitation: second }))).toMatchObject({ status: 200 })

    expect(await api.eraseVoter({ token: device })).toEqual({ polls: 1 })
    expect(await api.getResults(anyone.id)).toMatchObject({ voters: 0 })
    expect(await api.eraseVoter({ invitation: first ?? '' })).toEqual({ polls: 1 })
    expect(await api.getResults(invited.id)).toMatchObject({ voters: 1 })
    expect(await api.countInvitations(invited.id)).toMatchObject({ used: 1 })
    await expect(api.eraseVoter({ token: `${device}x` })).rejects.toMatchObject({ code: 'INVALID' })
    await expect(api.eraseVoter({ invitation: '7K3M' })).rejects.toMatchObject({ code: 'INVITATION_INVALID' })
  })
})
