import { randomUUID } from 'node:crypto'
import type { ErrorBody, NamedVoter, VoteReceipt, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { createHttpClient } from '../http-client.ts'
import { channelServers } from '../listeners.ts'
import { makeStorage, type Storage } from '../servers/storage.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'
import { cast, createPoll, readResults, visit, visitAsRelay } from './channel-visitor.ts'

const secrets = ['first', 'second'].map((name) => `${name} secret that only signs tokens, of 32 bytes`)

let storage: Storage
beforeAll(async () => {
  storage = await makeStorage()
})
afterAll(() => storage.drop())

let running: RunningLivePoll | undefined
/** The same polls, with other keys for tokens. */
async function restart(...tokenSecrets: readonly string[]) {
  await running?.stop()
  running = await startLivePoll({
    directory: storage.directory,
    tokenSecrets,
    identify: ({ headers }) => {
      const id = headers.get('x-user')
      return id !== null && { id }
    },
  })
  return running
}
afterAll(() => running?.stop())

const callTo = (where: RunningLivePoll) => createHttpClient(where.origin)
type Outcome = { readonly revision?: number; readonly code?: string }

async function put(where: RunningLivePoll, pollId: string, token: string): Promise<Outcome> {
  const body = { voteId: randomUUID(), choices: [1] }
  const answer = await callTo(where)<VoteReceipt & Partial<ErrorBody>>('PUT', `/polls/${pollId}/vote`, { token, body })
  return { revision: answer.body.revision, code: answer.body.error?.code }
}

async function admit(where: RunningLivePoll, options: Parameters<ReturnType<typeof callTo>>[2] = {}) {
  return (await callTo(where)<VoterAdmission>('POST', '/voters', options)).body
}

async function named(where: RunningLivePoll, id: string): Promise<NamedVoter> {
  const body = { voters: [id] }
  const answer = await callTo(where)<{ voters: NamedVoter[] }>('POST', '/voters', { token: adminKey, body })
  return answer.body.voters[0] as NamedVoter
}

it('in mid-poll leaves every voter who they were: each way in meets the vote that is there', async () => {
  const before = await restart()
  const { id } = await createPoll(before, { canChange: false })
  const invited = await createPoll(before, { canChange: false, voters: 'invitation' })
  const [invitation] = await before.livePoll.api.createInvitations(invited.id, { count: 1 })
  const withCode = { body: { invitation: invitation?.code } }

  const device = await admit(before)
  const session = await admit(before, { headers: { 'x-user': 'ada' } })
  const bob = await named(before, 'bob')
  const holder = await admit(before, withCode)
  for (const { token } of [device, session, bob]) expect(await put(before, id, token)).toMatchObject({ revision: 1 })
  expect(await put(before, invited.id, holder.token)).toMatchObject({ revision: 1 })

  /** Everyone, with what they hold and with what they get now. */
  async function comeAgain(where: RunningLivePoll) {
    const again = await admit(where, { token: device.token })
    const sessionAgain = await admit(where, { headers: { 'x-user': 'ada' } })
    expect(again.voterId).toBe(device.voterId)
    const held = [device.token, again.token, session.token, sessionAgain.token]
    held.push(bob.token, (await named(where, 'bob')).token, (await named(where, 'ada')).token)
    for (const token of held) expect(await put(where, id, token)).toMatchObject({ code: 'ALREADY_VOTED' })
    for (const token of [holder.token, (await admit(where, withCode)).token]) {
      expect(await put(where, invited.id, token)).toMatchObject({ code: 'ALREADY_VOTED' })
    }
    for (const server of channelServers) {
      const relay = await visitAsRelay(where, server)
      expect(await cast(relay, id, { voter: 'ada' })).toMatchObject({ code: 'ALREADY_VOTED' })
      await relay.close()
      for (const hello of [{ ticket: again.ticket }, { token: device.token }, { ticket: sessionAgain.ticket }]) {
        const socket = await visit(where, server, hello)
        expect(await cast(socket, id)).toMatchObject({ code: 'ALREADY_VOTED' })
        await socket.close()
      }
    }
    const own = where.livePoll.api.castVote({ pollId: id, voter: 'bob', choices: [2] })
    await expect(own).rejects.toMatchObject({ code: 'ALREADY_VOTED' })
    expect(await readResults(where, id)).toMatchObject({ voters: 3 })
    expect(await readResults(where, invited.id)).toMatchObject({ voters: 1 })
  }

  await comeAgain(before)
  const rotated = await restart(secrets[0] as string)
  const newcomer = await admit(rotated)
  expect(await put(rotated, id, newcomer.token)).toMatchObject({ revision: 1 })
  await running?.livePoll.api.resetPoll(id, { epoch: 1 })
  for (const { token } of [device, session, bob]) expect(await put(rotated, id, token)).toMatchObject({ revision: 1 })
  await comeAgain(rotated)
  const rotatedAgain = await restart(...[...secrets].reverse())
  await comeAgain(rotatedAgain)
  expect(await put(rotatedAgain, id, newcomer.token), 'the key before still proves').toMatchObject({ revision: 1 })

  const without = await restart(secrets[1] as string)
  expect(await put(without, id, newcomer.token), 'one taken away proves no more').toMatchObject({
    code: 'UNAUTHENTICATED',
  })
})
