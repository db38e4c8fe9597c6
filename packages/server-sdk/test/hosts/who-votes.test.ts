import { randomUUID } from 'node:crypto'
import type { NamedVoter, VoteReceipt, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { channelServers } from '../listeners.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, readResults, visit, visitAsRelay } from './channel-visitor.ts'

/** A host whose users sign in with a token of its own. */
let running: RunningLivePoll
let call: HttpClient
beforeAll(async () => {
  running = await startLivePoll({
    identify: ({ headers }) => {
      const id = headers.get('authorization')?.replace(/^Bearer user:/, '')
      return id !== undefined && !id.startsWith('Bearer') && { id }
    },
  })
  call = createHttpClient(running.origin)
})
afterAll(() => running.stop())

type Way = (pollId: string, user: string) => Promise<{ readonly revision?: number; readonly code?: string }>

const put = async (pollId: string, token: string) => {
  const answer = await call<VoteReceipt & { error?: { code: string } }>('PUT', `/polls/${pollId}/vote`, {
    token,
    body: { voteId: randomUUID(), choices: [1] },
  })
  return { revision: answer.body.revision, code: answer.body.error?.code }
}
const byName = async (id: string) => {
  const body = { voters: [id] }
  const answer = await call<{ voters: NamedVoter[] }>('POST', '/voters', { token: adminKey, body })
  return answer.body.voters[0] as NamedVoter
}
const signedIn = async (id: string) => (await call<VoterAdmission>('POST', '/voters', { token: `user:${id}` })).body

/** Every way in for a user of the host. */
const ways: Record<string, Way> = {
  'signed in by the host, over HTTP': async (pollId, user) => put(pollId, (await signedIn(user)).token),
  'named by an organizer, over HTTP': async (pollId, user) => put(pollId, (await byName(user)).token),
  'from the host’s own code': async (pollId, voter) =>
    running.livePoll.api.castVote({ pollId, voter, choices: [1] }).catch((error) => ({ code: error.code })),
}
for (const server of channelServers) {
  ways[`signed in by the host, on ${server}`] = async (pollId, user) => {
    const socket = await visit(running, server, { ticket: (await signedIn(user)).ticket })
    return cast(socket, pollId).finally(() => socket.close())
  }
  ways[`named by an organizer, on ${server}`] = async (pollId, user) => {
    const socket = await visit(running, server, { token: (await byName(user)).token })
    return cast(socket, pollId).finally(() => socket.close())
  }
  ways[`named by a relay, on ${server}`] = async (pollId, voter) => {
    const socket = await visitAsRelay(running, server)
    return cast(socket, pollId, { voter }).finally(() => socket.close())
  }
}

it.each(Object.keys(ways))('one user has one vote, whichever way they come after: %s', async (first) => {
  const { id } = await createPoll(running, { canChange: false })
  const user = 'Ada Lovelace'
  expect(await ways[first]?.(id, user)).toMatchObject({ revision: 1 })
  for (const [_, again] of Object.entries(ways)) expect(await again(id, user)).toMatchObject({ code: 'ALREADY_VOTED' })
  expect(await readResults(running, id)).toMatchObject({ voters: 1 })
  expect(await running.livePoll.api.getVote({ pollId: id, voter: user })).toMatchObject({ revision: 1, choices: [1] })
  expect(await ways[first]?.(id, 'ada lovelace'), 'and another user another').toMatchObject({ revision: 1 })
})

it('a device is not the user of the same id', async () => {
  const { id } = await createPoll(running, { canChange: false })
  const device = (await call<VoterAdmission>('POST', '/voters')).body
  expect(await put(id, device.token)).toMatchObject({ revision: 1 })
  const voter = device.voterId
  expect(await running.livePoll.api.castVote({ pollId: id, voter, choices: [1] })).toMatchObject({ revision: 1 })
  expect(await readResults(running, id)).toMatchObject({ voters: 2 })
})

it('a voter who signs in keeps the voter they were, as long as they show its token', async () => {
  const device = (await call<VoterAdmission>('POST', '/voters')).body
  const again = await call<VoterAdmission>('POST', '/voters', { token: device.token })
  expect(again.body.voterId).toBe(device.voterId)
  expect((await signedIn('ada')).voterId).toBe('ada')
})

it('voters are not counted by their address: 500 from one may all vote at once', async () => {
  const { id } = await createPoll(running)
  const newVoters = Array.from({ length: 500 }, () => call<VoterAdmission>('POST', '/voters'))
  const votes = (await Promise.all(newVoters)).map((voter) => put(id, voter.body.token))
  for (const vote of await Promise.all(votes)) expect(vote).toEqual({ revision: 1, code: undefined })
  expect(await readResults(running, id)).toMatchObject({ voters: 500 })
})

it('no credential is said again in what a poll tells', async () => {
  const poll = await createPoll(running)
  await running.livePoll.api.castVote({ pollId: poll.id, voter: 'ada', choices: [1] })
  expect(JSON.stringify(await running.livePoll.api.getPoll(poll.id))).not.toContain('ada')
})
