import { randomUUID } from 'node:crypto'
import type { Poll, RejectedMessage, Results, VotedMessage, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { adminKey } from '../admin-key.ts'
import { createHttpClient } from '../http-client.ts'
import type { ChannelServerName } from '../listeners.ts'
import { openRawSocket, type RawSocket } from '../raw-socket.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'

const api = (running: RunningLivePoll) => createHttpClient(running.origin)

export async function createPoll(running: RunningLivePoll, fields: object = {}): Promise<Poll> {
  const body = { question: 'Lunch?', choices: ['Soup', 'Salad'], ...fields }
  const answer = await api(running)<Poll>('POST', '/polls', { token: adminKey, body })
  if (answer.status !== 201) throw new Error(`No poll was made: ${JSON.stringify(answer.body)}`)
  return answer.body
}

export async function readResults(running: RunningLivePoll, pollId: string): Promise<Results> {
  return (await api(running)<Results>('GET', `/polls/${pollId}/results`)).body
}

export async function newVoter(running: RunningLivePoll): Promise<VoterAdmission> {
  return (await api(running)<VoterAdmission>('POST', '/voters')).body
}

export async function relayTicket(running: RunningLivePoll): Promise<string> {
  const body = { relay: true }
  return (await api(running)<{ ticket: string }>('POST', '/voters', { token: adminKey, body })).body.ticket
}

/**
 * Opens a channel and says hello.
 * @param hello what to show; nothing: one may watch
 */
export async function visit(
  running: RunningLivePoll,
  server: ChannelServerName,
  hello: { readonly ticket?: string; readonly token?: string } = {},
): Promise<RawSocket> {
  const socket = await openRawSocket(running.channelUrls[server])
  socket.send({ type: 'hello', ...hello })
  await socket.take('welcome')
  return socket
}

/** A new voter's channel. */
export async function visitAsVoter(running: RunningLivePoll, server: ChannelServerName): Promise<RawSocket> {
  return visit(running, server, { ticket: (await newVoter(running)).ticket })
}

export async function visitAsRelay(running: RunningLivePoll, server: ChannelServerName): Promise<RawSocket> {
  return visit(running, server, { ticket: await relayTicket(running) })
}

/** Casts a vote for choice 1, unless said otherwise. @returns its answer */
export async function cast(
  socket: RawSocket,
  pollId: string,
  fields: object = {},
): Promise<VotedMessage | RejectedMessage> {
  const vote = { type: 'vote', voteId: randomUUID(), pollId, choices: [1], ...fields }
  socket.send(vote)
  const isItsAnswer = (message: { voteId: string }) => message.voteId === vote.voteId
  return socket.takeEither('voted', 'rejected', isItsAnswer)
}
