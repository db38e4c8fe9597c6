import { randomUUID } from 'node:crypto'
import type { Invitation, Poll, PollPage, Vote, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminKey } from '../admin-key.ts'
import { cast, visit } from '../hosts/channel-visitor.ts'
import { startWatching, type Wire, wires } from '../hosts/watchers.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { channelServers } from '../listeners.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import { authorize } from './authorize.ts'
import { credentialsOf, owner, startHost } from './callers.ts'

let running: RunningLivePoll
let call: HttpClient
beforeAll(async () => {
  running = await startHost({ authorize, resultsInterval: 10 })
  call = createHttpClient(running.origin)
})
afterAll(() => running.stop())

const strangers = ['nobody', 'voter', 'other’s owner'] as const
const notFound = (wire: Wire) => (wire === 'Server-Sent Events' ? '404' : 'POLL_NOT_FOUND')

async function makePoll(fields: object = {}): Promise<Poll> {
  const input = { question: 'Lunch?', choices: ['Soup', 'Salad'], voters: 'invitation', isPrivate: true, ...fields }
  return running.livePoll.api.createPoll(input as Parameters<typeof running.livePoll.api.createPoll>[0], { owner })
}

async function invite(pollId: string): Promise<VoterAdmission & { readonly invitation: string }> {
  const [made] = await running.livePoll.api.createInvitations(pollId, { count: 1 })
  const { id, code } = made as Invitation
  const { body } = await call<VoterAdmission>('POST', '/voters', { body: { invitation: code } })
  return { ...body, invitation: id }
}

const put = (pollId: string, token: string) =>
  call<Vote & { error?: { code: string } }>('PUT', `/polls/${pollId}/vote`, {
    token,
    body: { voteId: randomUUID(), choices: [1] },
  })

describe('A private poll', () => {
  it.each(wires)('is watched by who has an invitation, its owner, and relays; on %s by nobody else', async (wire) => {
    const { id } = await makePoll()
    const guest = await invite(id)
    const relay = await credentialsOf(running, 'admin key')
    for (const { ticket = '' } of [guest, await credentialsOf(running, 'owner'), relay]) {
      const watcher = await startWatching(running, wire, id, { ticket })
      expect(watcher.answer.poll).toMatchObject({ id, isPrivate: true, question: 'Lunch?' })
      await watcher.close()
    }
    const guestElsewhere = await invite((await makePoll()).id)
    for (const { ticket } of [
      ...(await Promise.all(strangers.map((who) => credentialsOf(running, who)))),
      guestElsewhere,
    ]) {
      const shown = ticket === undefined ? undefined : { ticket }
      await expect(startWatching(running, wire, id, shown)).rejects.toThrow(notFound(wire))
    }
  })

  it('takes votes of who has an invitation of it, over HTTP', async () => {
    const { id } = await makePoll()
    const guest = await invite(id)
    expect(await put(id, guest.token)).toMatchObject({ status: 200, body: { revision: 1 } })
    const own = await call<Vote>('GET', `/polls/${id}/vote`, { token: guest.token })
    expect(own).toMatchObject({ status: 200, body: { choices: [1], revision: 1 } })
    const elsewhere = await invite((await makePoll()).id)
    for (const method of ['PUT', 'GET']) {
      const body = method === 'PUT' ? { voteId: 'v', choices: [1] } : undefined
      const answer = await call(method, `/polls/${id}/vote`, { token: elsewhere.token, body })
      expect(answer.body.error.code).toBe('POLL_NOT_FOUND')
    }
    expect(await running.livePoll.api.getResults(id)).toMatchObject({ voters: 1 })
  })

  it.each(channelServers)('takes votes of who has an invitation of it, on %s', async (server) => {
    const { id } = await makePoll()
    const guest = await visit(running, server, { ticket: (await invite(id)).ticket })
    expect(await cast(guest, id)).toMatchObject({ type: 'voted', revision: 1 })
    const elsewhere = await visit(running, server, { ticket: (await invite((await makePoll()).id)).ticket })
    expect(await cast(elsewhere, id)).toMatchObject({ type: 'rejected', code: 'POLL_NOT_FOUND' })
    await guest.close()
    await elsewhere.close()
  })

  it('takes votes of users whom the host lets see it, and of a relay’s', async () => {
    const { id } = await makePoll({ voters: 'anyone' })
    const { token = '' } = await credentialsOf(running, 'owner')
    expect((await put(id, token)).status).toBe(200)
    const { token: others = '' } = await credentialsOf(running, 'other’s owner')
    expect((await put(id, others)).body.error?.code).toBe('POLL_NOT_FOUND')
    const { ticket } = await credentialsOf(running, 'admin key')
    const relay = await visit(running, 'ws', { ticket })
    expect(await cast(relay, id, { voter: 'grace' })).toMatchObject({ type: 'voted', voter: 'grace' })
    await relay.close()
  })

  it('is no one’s any more whose invitation is revoked; the vote stays', async () => {
    const { id } = await makePoll()
    const guest = await invite(id)
    const other = await invite(id)
    const open = await visit(running, 'ws', { ticket: guest.ticket })
    expect(await cast(open, id)).toMatchObject({ type: 'voted' })
    await running.livePoll.api.revokeInvitation(id, guest.invitation)
    expect(await cast(open, id, { choices: [2] })).toMatchObject({ type: 'rejected', code: 'POLL_NOT_FOUND' })
    open.send({ type: 'watch', pollId: id })
    expect(await open.take('error')).toMatchObject({ code: 'POLL_NOT_FOUND', pollId: id })
    await open.close()
    for (const path of ['', '/results', '/vote']) {
      const answer = await call('GET', `/polls/${id}${path}`, { token: guest.token })
      expect(answer.body.error.code, path).toBe('POLL_NOT_FOUND')
    }
    for (const wire of wires) {
      await expect(startWatching(running, wire, id, guest)).rejects.toThrow(notFound(wire))
    }
    expect(await put(id, other.token)).toMatchObject({ status: 200 })
    expect(await running.livePoll.api.getResults(id)).toMatchObject({ votes: [2, 0], voters: 2 })
  })
})

describe('A poll that turns private', () => {
  it.each(wires)('goes on for who may see it, and is gone for the rest: on %s', async (wire) => {
    const { id } = await makePoll({ isPrivate: false })
    const guest = await invite(id)
    const watch = async ({ ticket }: { ticket?: string }) =>
      startWatching(running, wire, id, ticket === undefined ? undefined : { ticket })
    const staying = [
      await watch(guest),
      await watch(await credentialsOf(running, 'owner')),
      await watch(await credentialsOf(running, 'admin key')),
    ]
    const leaving = await Promise.all(strangers.map(async (who) => watch(await credentialsOf(running, who))))

    await running.livePoll.api.editPoll(id, { isPrivate: true })
    const gone = { type: 'error', code: 'POLL_NOT_FOUND', message: 'There is no such poll.', pollId: id }
    for (const watcher of leaving) expect(await watcher.take('error')).toEqual(gone)
    for (const watcher of staying) expect((await watcher.take('poll')).poll.isPrivate).toBe(true)

    await put(id, guest.token)
    await running.livePoll.api.editPoll(id, { question: 'Dinner?' }).catch(() => {}) // votes are in: no screen is told
    await running.livePoll.api.closePoll(id)
    for (const watcher of staying)
      await watcher.take('results', ({ voters, state }) => voters === 1 && state === 'closed')
    for (const watcher of leaving) expect(await untakenOf(watcher)).toEqual([])
    for (const watcher of [...staying, ...leaving]) await watcher.close()
  })

  it('is there again for everyone who asks, once it is public', async () => {
    const { id } = await makePoll({ isPrivate: false })
    const socket = await visit(running, 'ws')
    socket.send({ type: 'watch', pollId: id })
    await socket.take('poll')
    await running.livePoll.api.editPoll(id, { isPrivate: true })
    await socket.take('error')
    await running.livePoll.api.editPoll(id, { isPrivate: false })
    expect(await socket.settle()).toEqual([])
    socket.send({ type: 'watch', pollId: id })
    expect((await socket.take('poll')).poll.isPrivate).toBe(false)
    await socket.close()
  })

  it('is not said to be unchanged to who may not see it', async () => {
    const { id } = await makePoll({ isPrivate: false })
    const guest = await invite(id)
    for (const path of [`/polls/${id}`, `/polls/${id}/results`]) {
      const seen = await call('GET', path)
      expect(seen.headers['cache-control']).toBe('no-cache')
      await running.livePoll.api.editPoll(id, { isPrivate: true })
      const own = await call('GET', path, { token: guest.token })
      const personal = { 'cache-control': 'private, no-cache', vary: 'Origin, Authorization' }
      expect(own).toMatchObject({ status: 200, headers: personal })
      for (const etag of [seen.headers.etag, own.headers.etag, '*']) {
        const headers = { 'if-none-match': etag ?? '' }
        const answer = await call('GET', path, { headers })
        expect(answer).toMatchObject({ status: 404, headers: { 'cache-control': 'no-store' } })
        expect(answer.headers.etag).toBeUndefined()
      }
      const headers = { 'if-none-match': own.headers.etag ?? '' }
      expect(await call('GET', path, { token: guest.token, headers })).toMatchObject({ status: 304, headers: personal })
      await running.livePoll.api.editPoll(id, { isPrivate: false })
    }
  })
})

describe('The list of polls', () => {
  it('names private polls to who may see them, and leaves no trace of them for others', async () => {
    const made: Poll[] = []
    for (const isPrivate of [true, true, false, true, false, false, true, true, true, true, true]) {
      made.push(await makePoll({ isPrivate }))
    }
    const ids = made.map((poll) => poll.id).reverse()
    const open = made
      .filter((poll) => !poll.isPrivate)
      .map((poll) => poll.id)
      .reverse()
    for (const [bearer, expected] of [
      [adminKey, ids],
      [`user:${owner}`, ids],
      ['user:eve', open],
    ] as const) {
      for (const limit of [1, 2, 3, 100]) {
        const { listed, text } = await listAll(bearer, limit)
        expect(listed.filter((id) => ids.includes(id))).toEqual(expected)
        expect(ids.filter((id) => text.includes(id))).toEqual(expected)
      }
    }
    const first = await call<PollPage>('GET', `/polls?limit=3`, { token: 'user:eve' })
    expect(
      first.body.polls.map((poll) => poll.id),
      'a page that is full',
    ).toEqual(open)
  })

  it('has the results that its reader may see', async () => {
    const { id } = await makePoll({ isPrivate: false, showResults: 'organizers' })
    const resultsFor = async (token: string) => {
      const { body } = await call<PollPage>('GET', '/polls?limit=1', { token })
      expect(body.polls[0]?.id).toBe(id)
      return body.polls[0]?.results
    }
    expect(await resultsFor('user:eve')).toBeNull()
    expect(await resultsFor(`user:${owner}`)).toMatchObject({ voters: 0 })
    expect(await resultsFor(adminKey)).toMatchObject({ voters: 0 })
  })

  async function listAll(token: string, limit: number) {
    const listed: string[] = []
    let text = ''
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = `?limit=${limit}${cursor && `&cursor=${cursor}`}`
      const { status, body } = await call<PollPage>('GET', `/polls${query}`, { token })
      expect(status).toBe(200)
      text += JSON.stringify(body)
      listed.push(...body.polls.map((poll) => poll.id))
      if (body.next !== null) expect(body.polls).toHaveLength(limit)
      cursor = body.next
    }
    return { listed, text }
  }
})

it('has told the log of nothing', () => {
  expect(running.logger.errors).toEqual([])
})

/** What came and was not asked for, once all that was sent has come: as far as the wire can tell. */
async function untakenOf(watcher: object & { readonly untaken: readonly unknown[] }) {
  if ('settle' in watcher && typeof watcher.settle === 'function') await watcher.settle()
  return watcher.untaken
}
