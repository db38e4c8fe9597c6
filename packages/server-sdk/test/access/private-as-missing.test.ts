import { randomBytes } from 'node:crypto'
import type { ErrorBody, ServerMessage } from '@live-poll/client-sdk/protocol'
import type { Authorize } from '@live-poll/server-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actions } from '../../src/identity/host-user.ts'
import { malformedRequests } from '../hosts/malformed-requests.ts'
import { type Answer, type CallOptions, createHttpClient } from '../http-client.ts'
import { type ChannelServerName, channelServers } from '../listeners.ts'
import { openRawSocket } from '../raw-socket.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import { sendRequest } from './ask-route.ts'
import { type Credentials, credentialsOf, owner, startHost } from './callers.ts'
import { type Caller, routeDecisions } from './decisions.ts'

const strangers: readonly Caller[] = ['nobody', 'voter', 'other’s owner']
const badCredentials = ['lpv_W10.AAAA', `lpa_${'x'.repeat(32)}`, 'lpt_W10.AAAA', 'user:mallory', 'x']

/** It says yes of a poll that is missing, and no of one of another's: none of that may show. */
const loose: Authorize = ({ user, poll }) => !poll || poll.owner === user?.id

/** For who may not see it, a private poll is as one that is missing: in every byte, whatever else is wrong. */
for (const [mode, authorize] of [
  ['an authorize that allows everyone what is about no poll', loose],
  ['no authorize', undefined],
] as const) {
  describe(`With ${mode}, a private poll is as one that is missing`, () => {
    let running: RunningLivePoll
    let hidden: string
    const missing = `p_${randomBytes(12).toString('base64url')}`
    beforeAll(async () => {
      running = await startHost({ authorize })
      const input = { question: 'Lunch?', choices: ['Soup', 'Salad'], isPrivate: true }
      hidden = (await running.livePoll.api.createPoll(input, { owner })).id
      await running.livePoll.api.castVote({ pollId: hidden, voter: owner, choices: [1] })
    })
    afterAll(() => running.stop())

    async function expectSame(ask: (pollId: string) => Promise<Answer<unknown>>) {
      const [one, other] = [face(await ask(hidden)), face(await ask(missing))]
      expect(one.status).toBeGreaterThanOrEqual(400)
      expect(one).toEqual(other)
    }

    for (const [route, byAction] of Object.entries(routeDecisions)) {
      const [method = '', path = ''] = route.split(' ')
      if (!path.includes(':id')) continue

      for (const caller of strangers) {
        it(`to ${caller}: ${route}`, async () => {
          const shown = await credentialsOf(running, caller)
          for (const action of Object.keys(byAction) as (keyof typeof actions)[]) {
            await expectSame((id) => sendRequest(running, route, action, { id, isThere: false }, shown))
          }
          const call = createHttpClient(running.origin)
          const send = (id: string, query: string, options: CallOptions) =>
            call(method, path.replace(':id', id).replace(':invitation', 'A'.repeat(22)) + query, options)
          for (const request of Object.values(malformedRequests[route] ?? {})) {
            if (request.pollId !== undefined) continue
            const { query = '', as: _, code: __, at: ___, ...options } = request
            await expectSame((id) => send(id, query, { ...options, token: options.token ?? tokenFor(byAction, shown) }))
          }
        })
      }

      it(`to who shows what is not valid: ${route}`, async () => {
        const call = createHttpClient(running.origin)
        for (const token of badCredentials) {
          await expectSame((id) => call(method, path.replace(':id', id).replace(':invitation', 'a'), { token }))
        }
      })
    }

    for (const server of channelServers) {
      for (const caller of strangers) {
        it(`to ${caller}: on ${server}`, async () => {
          const { ticket } = await credentialsOf(running, caller)
          const [one, other] = [
            await hear(running, server, hidden, ticket),
            await hear(running, server, missing, ticket),
          ]
          expect(one).toEqual(other)
          expect(one).toHaveLength(5)
        })
      }
    }

    it('has told the log of nothing', () => {
      expect(running.logger.errors).toEqual([])
    })
  })
}

function tokenFor(byAction: object, { bearer, token }: Credentials): string | undefined {
  const isVoters = Object.keys(byAction).some((action) => actions[action as keyof typeof actions] === 'voter')
  return isVoters ? token : bearer
}

/** All that can be told of an answer, but for its time and the name of the request. */
function face({ status, headers, body }: Answer<unknown>) {
  const { date: _, 'x-request-id': __, ...kept } = headers
  const { requestId, ...error } = (body as ErrorBody).error
  expect(requestId).toHaveLength(12)
  return { status, headers: kept, error: JSON.stringify(error) }
}

/** Every message that is answered, its poll's id taken out. */
async function hear(running: RunningLivePoll, server: ChannelServerName, pollId: string, ticket?: string) {
  const socket = await openRawSocket(running.channelUrls[server])
  socket.send({ type: 'hello', ...(ticket !== undefined && { ticket }) })
  await socket.take('welcome')
  const heard: ServerMessage[] = []
  const isAnswer = (message: ServerMessage) => 'pollId' in message && message.pollId === pollId
  socket.send({ type: 'unwatch', pollId })
  for (let time = 0; time < 2; time++) {
    socket.send({ type: 'watch', pollId })
    heard.push(await socket.takeEither('poll', 'error', isAnswer))
  }
  for (const fields of [{ choices: [1] }, { choices: [9], revision: 3 }, { choices: null, epoch: 9 }]) {
    socket.send({ type: 'vote', voteId: 'v', pollId, ...fields })
    heard.push(await socket.takeEither('voted', 'rejected', isAnswer))
  }
  await socket.close()
  return heard.map((message) => JSON.stringify(message).replaceAll(pollId, 'p'))
}
