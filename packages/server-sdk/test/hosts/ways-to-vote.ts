import { randomUUID } from 'node:crypto'
import type { ErrorBody, VoteReceipt } from '@live-poll/client-sdk/protocol'
import { PollError } from '@live-poll/server-sdk'
import { createHttpClient } from '../http-client.ts'
import { type ChannelServerName, channelServers } from '../listeners.ts'
import type { RawSocket } from '../raw-socket.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import { cast, visit } from './channel-visitor.ts'

/** Every way in which a user of the host may vote. */
export type WayToVote = 'HTTP' | ChannelServerName | `a relay on ${ChannelServerName}` | 'api'
export const waysToVote: readonly WayToVote[] = [
  'HTTP',
  ...channelServers,
  ...channelServers.map((name) => `a relay on ${name}` as const),
  'api',
]

/** A receipt, or the code of a refusal with what came with it. */
export interface VoteAnswer {
  readonly revision?: number
  readonly duplicate?: true
  readonly code?: string
  readonly message?: string
  readonly retryAfter?: number
}

export interface VoteToSend {
  readonly voter: string
  /** Null retracts. @default [1] */
  readonly choices?: readonly number[] | null
  readonly voteId?: string
}

/** Casts votes in one way, over one connection where that is a channel. */
export interface Booth {
  cast(pollId: string, vote: VoteToSend): Promise<VoteAnswer>
  close(): Promise<void>
}

/** @param voter whose channel it is; a relay, HTTP and the api are for all */
export async function openBooth(running: RunningLivePoll, way: WayToVote, voter: string): Promise<Booth> {
  const { api } = running.livePoll
  if (way === 'HTTP') return { cast: (pollId, vote) => castOverHttp(running, pollId, vote), close: async () => {} }
  if (way === 'api') return { cast: (pollId, vote) => castFromCode(running, pollId, vote), close: async () => {} }
  const server = channelServers.find((name) => way.endsWith(name)) as ChannelServerName
  const isRelay = way !== server
  const [named] = await api.nameVoters([voter])
  const socket = await visit(running, server, { ticket: isRelay ? await api.createRelayTicket() : named?.ticket })
  return {
    cast: (pollId, vote) => castOnChannel(socket, pollId, vote, isRelay),
    close: () => socket.close(),
  }
}

async function castOverHttp(running: RunningLivePoll, pollId: string, vote: VoteToSend): Promise<VoteAnswer> {
  const { voter, choices = [1], voteId = randomUUID() } = vote
  const call = createHttpClient(running.origin)
  const [named] = await running.livePoll.api.nameVoters([voter])
  const token = named?.token ?? ''
  const path = `/polls/${pollId}/vote`
  const { body } = await (choices === null
    ? call<VoteReceipt & Partial<ErrorBody>>('DELETE', `${path}?voteId=${voteId}`, { token })
    : call<VoteReceipt & Partial<ErrorBody>>('PUT', path, { token, body: { voteId, choices } }))
  return body.error ?? body
}

async function castFromCode(running: RunningLivePoll, pollId: string, vote: VoteToSend): Promise<VoteAnswer> {
  try {
    return await running.livePoll.api.castVote({ pollId, choices: [1], ...vote })
  } catch (error) {
    if (!(error instanceof PollError)) throw error
    return { code: error.code, message: error.message, ...error.details }
  }
}

function castOnChannel(socket: RawSocket, pollId: string, vote: VoteToSend, isRelay: boolean): Promise<VoteAnswer> {
  const { voter, choices = [1], voteId = randomUUID() } = vote
  return cast(socket, pollId, { choices, voteId, ...(isRelay && { voter }) })
}
