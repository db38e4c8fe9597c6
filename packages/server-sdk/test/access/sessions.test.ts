import { randomUUID } from 'node:crypto'
import type { VoterAdmission } from '@live-poll/client-sdk/protocol'
import type { EndedSessions, Identify } from '@live-poll/server-sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openEventStream } from '../event-stream.ts'
import { createPoll, newVoter, visit } from '../hosts/channel-visitor.ts'
import { createHttpClient } from '../http-client.ts'
import { channelServers } from '../listeners.ts'
import { openRawSocket } from '../raw-socket.ts'
import { type RunningLivePoll, startLivePoll } from '../start-live-poll.ts'

/** Two servers of one database, whose users sign in by `Authorization: Bearer user:<id>:<session>`. */
const identify: Identify = ({ headers }) => {
  const [, id, session] = /^Bearer user:(\w+):(\w*)$/.exec(headers.get('authorization') ?? '') ?? []
  return id !== undefined && { id, ...(session && { session }) }
}
/** Its host is asked which sessions have ended. */
let asking: RunningLivePoll
/** Its host says so. */
let told: RunningLivePoll
let endedSessions: EndedSessions
const nobodysEnded: EndedSessions = () => []
beforeAll(async () => {
  asking = await startLivePoll({ identify, endedSessions: (sessions) => endedSessions(sessions) })
  told = await startLivePoll({ identify, directory: asking.directory })
})
beforeEach(() => {
  endedSessions = nobodysEnded
})
afterAll(async () => {
  await told.stop()
  await asking.stop()
})

async function signIn(running: RunningLivePoll, user: string): Promise<VoterAdmission> {
  const { body } = await createHttpClient(running.origin)<VoterAdmission>('POST', '/voters', { token: `user:${user}` })
  expect(body).toMatchObject({ kind: 'user', isSession: true })
  return body
}

/** One connection of each kind, by tickets and by tokens. */
async function connect(running: RunningLivePoll, pollId: string, { ticket, token }: VoterAdmission) {
  const hellos = channelServers.flatMap((server) => [
    visit(running, server, { ticket }),
    visit(running, server, { token }),
  ])
  const sockets = await Promise.all(hellos)
  const stream = await openEventStream(running.origin, pollId, '', { authorization: `Bearer ${ticket}` })
  await stream.take('poll')
  return { sockets, stream }
}

async function expectClosed({ sockets, stream }: Awaited<ReturnType<typeof connect>>) {
  for (const socket of sockets) expect(await socket.closed).toEqual({ code: 4401, reason: 'the session has ended' })
  expect(await stream.closed, 'ended well').toBe(true)
}

async function expectOpen(
  { sockets, stream }: Awaited<ReturnType<typeof connect>>,
  pollId: string,
  running: RunningLivePoll,
) {
  for (const socket of sockets) expect(await socket.settle()).toEqual([])
  await running.livePoll.api.castVote({ pollId, voter: randomUUID(), choices: [1] })
  await stream.take('results')
  for (const socket of sockets) await socket.close()
  await stream.close()
}

describe('The end of a session', () => {
  it('closes its connections within five seconds, and nobody else’s', async () => {
    const over = new Set<string>()
    const asked: string[][] = []
    endedSessions = (sessions) => {
      asked.push([...sessions])
      return sessions.filter((session) => over.has(session))
    }
    const { id } = await createPoll(asking)
    const ending = await connect(asking, id, await signIn(asking, 'ada:s1'))
    const others = [
      await connect(asking, id, await signIn(asking, 'ada:s2')),
      await connect(asking, id, await signIn(asking, 'ada:')),
      await connect(asking, id, await newVoter(asking)),
    ]
    const began = performance.now()
    over.add('s1')
    await expectClosed(ending)
    console.log(`Closed ${Math.round(performance.now() - began)} ms after the end of the session.`)
    for (const other of others) await expectOpen(other, id, asking)
    expect(new Set(asked.flat()), 'nothing is asked about sessions without a name').toEqual(new Set(['s1', 's2']))
  })

  it('closes them at once where the host says so', async () => {
    const { id } = await createPoll(told)
    const ending = await connect(told, id, await signIn(told, 'ada:s1'))
    const other = await connect(told, id, await signIn(told, 'ada:s2'))
    const { api } = told.livePoll
    await api.endSession('s1')
    await api.endSession('')
    await expectClosed(ending)
    await expectOpen(other, id, told)
  })

  it.each(['said', 'asked for'])('is the end of its tokens and tickets, when it is %s', async (how) => {
    const over = new Set<string>()
    endedSessions = (sessions) => sessions.filter((session) => over.has(session))
    const running = how === 'said' ? told : asking
    const { id } = await createPoll(running)
    const { token, ticket } = await signIn(running, 'ada:s3')
    const call = createHttpClient(running.origin)
    const vote = { token, body: { voteId: 'v', choices: [1] } }
    expect((await call('PUT', `/polls/${id}/vote`, vote)).status).toBe(200)

    if (how === 'said') await running.livePoll.api.endSession('s3')
    else over.add('s3')
    for (const server of channelServers) {
      for (const hello of [{ ticket }, { token }]) {
        const socket = await openRawSocket(running.channelUrls[server])
        socket.send({ type: 'hello', ...hello })
        socket.send({ type: 'vote', voteId: 'w', pollId: id, choices: [2] })
        expect((await socket.closed).code).toBe(4401)
        expect(socket.untaken).toEqual([])
      }
    }
    const authorization = `Bearer ${ticket}`
    await expect(openEventStream(running.origin, id, '', { authorization })).rejects.toThrow('401')
    await expect(openEventStream(running.origin, id, `?ticket=${ticket}`)).rejects.toThrow('401')
    for (const [method, path] of [
      ['PUT', `/polls/${id}/vote`],
      ['DELETE', `/polls/${id}/vote?voteId=w`],
      ['GET', `/polls/${id}/vote`],
      ['POST', '/voters'],
    ] as const) {
      const answer = await call(method, path, method === 'PUT' ? vote : { token })
      expect(answer, `${method} ${path}`).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHENTICATED' } } })
    }
    expect(await running.livePoll.api.getResults(id), 'the vote stays').toMatchObject({ votes: [1, 0] })
    expect((await signIn(running, 'ada:s4')).voterId, 'and so does the voter').toBe('ada')
  })

  it('is looked for before the first message counts, and messages keep their order', async () => {
    const asked: ((ended: readonly string[]) => void)[] = []
    const { id } = await createPoll(asking)
    const { ticket, token } = await signIn(asking, 'ada:s5')
    for (const server of channelServers) {
      for (const hello of [{ ticket }, { token }]) {
        const revision = (await asking.livePoll.api.getVote({ pollId: id, voter: 'ada' }))?.revision ?? 0
        endedSessions = () => new Promise((resolve) => void asked.push(resolve))
        const socket = await openRawSocket(asking.channelUrls[server])
        socket.send({ type: 'hello', ...hello })
        for (const [at, choices] of [[1], [2], null, [1]].entries()) {
          socket.send({ type: 'vote', voteId: randomUUID(), pollId: id, choices, revision: revision + at })
        }
        socket.send({ type: 'ping' })
        await vi.waitFor(() => expect(asked).not.toEqual([]))
        expect(socket.untaken).toEqual([])
        endedSessions = nobodysEnded
        for (const answer of asked.splice(0)) answer([])
        await socket.take('pong')
        expect(socket.untaken[0]).toMatchObject({ type: 'welcome', voterId: 'ada' })
        for (let at = 0; at < 4; at++) {
          expect(await socket.takeEither('voted', 'rejected')).toMatchObject({
            type: 'voted',
            revision: revision + at + 1,
          })
        }
        await socket.close()
      }
    }
  })

  it('that cannot be found out admits nobody for now', async () => {
    const { id } = await createPoll(asking)
    const { ticket, token } = await signIn(asking, 'ada:s6')
    endedSessions = () => Promise.reject(new Error('The sessions are away.'))
    for (const server of channelServers) {
      const socket = await openRawSocket(asking.channelUrls[server])
      socket.send({ type: 'hello', ticket })
      expect((await socket.closed).code).toBe(1013)
    }
    const vote = { token, body: { voteId: 'v', choices: [1] } }
    const answer = await createHttpClient(asking.origin)('PUT', `/polls/${id}/vote`, vote)
    expect(answer.body.error.code).toBe('INTERNAL')
    expect(JSON.stringify(answer.body)).not.toContain('away')
  })
})
