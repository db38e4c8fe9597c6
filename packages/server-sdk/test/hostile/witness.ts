import type { Results } from '@live-poll/client-sdk/protocol'
import { expect } from 'vitest'
import type { HttpClient } from '../http-client.ts'
import { openRawSocket, type RawSocket } from '../raw-socket.ts'
import { makePoll, newRelayTicket, voterToken } from './world.ts'

/** Someone who just votes, next to whatever goes on. */
export interface Witness {
  /** Casts a vote, and sees it counted: one more than before, at once. */
  vote(): Promise<void>
  stop(): Promise<void>
}

/** Votes over HTTP, as a new voter each time. */
export async function createHttpWitness(call: HttpClient): Promise<Witness> {
  const pollId = await makePoll(call)
  let votes = 0
  return {
    async vote() {
      const token = voterToken(`witness-${votes}`)
      const body = { voteId: 'good', choices: [1 + (votes % 2)], revision: 0 }
      const put = await call('PUT', `/polls/${pollId}/vote`, { token, body })
      expect(put).toMatchObject({ status: 200, body: { revision: 1 } })
      await expectCounted(call, pollId, ++votes)
    },
    stop: async () => {},
  }
}

/** Votes over one connection that stays open all the time. */
export async function createChannelWitness(call: HttpClient, channelUrl: string): Promise<Witness> {
  const pollId = await makePoll(call)
  const socket = await openRawSocket(channelUrl)
  socket.send({ type: 'hello', ticket: newRelayTicket() })
  await socket.take('welcome')
  let votes = 0
  return {
    async vote() {
      await voteOn(socket, pollId, votes)
      await expectCounted(call, pollId, ++votes)
    },
    stop: () => socket.close(),
  }
}

async function voteOn(socket: RawSocket, pollId: string, votes: number) {
  const voter = `witness-${votes}`
  socket.send({ type: 'vote', voteId: 'good', pollId, choices: [1 + (votes % 2)], revision: 0, voter })
  const answer = await socket.takeEither('voted', 'rejected')
  expect(answer).toMatchObject({ type: 'voted', revision: 1, voter })
}

async function expectCounted(call: HttpClient, pollId: string, voters: number) {
  const { body } = await call<Results>('GET', `/polls/${pollId}/results`)
  expect(body).toMatchObject({ voters, votes: [Math.ceil(voters / 2), Math.floor(voters / 2)] })
}
