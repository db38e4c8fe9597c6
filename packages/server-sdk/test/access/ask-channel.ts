import { randomUUID } from 'node:crypto'
import type { ClientMessage } from '@live-poll/client-sdk/protocol'
import type { ChannelServerName } from '../listeners.ts'
import { openRawSocket, type RawSocket } from '../raw-socket.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import type { Credentials } from './callers.ts'
import type { Answer } from './decisions.ts'
import type { Target } from './requests.ts'

/** Sends a message on a connection of its own, after `hello`. */
export async function askChannel(
  running: RunningLivePoll,
  server: ChannelServerName,
  type: ClientMessage['type'],
  target: Target,
  { ticket }: Credentials,
): Promise<Answer> {
  const socket = await openRawSocket(running.channelUrls[server])
  socket.send({ type: 'hello', ...(ticket !== undefined && { ticket }) })
  const { voterId } = await socket.take('welcome')
  const isRelay = ticket !== undefined && voterId === null
  try {
    return await answers[type](socket, target.id, isRelay)
  } finally {
    await socket.close()
  }
}

/** What is answered to each message. */
const answers: Record<ClientMessage['type'], (socket: RawSocket, pollId: string, isRelay: boolean) => Promise<Answer>> =
  {
    hello: async () => 'ok', // or there would have been no welcome
    async ping(socket) {
      socket.send({ type: 'ping' })
      await socket.take('pong')
      return 'ok'
    },
    async watch(socket, pollId) {
      socket.send({ type: 'watch', pollId })
      const answer = await socket.takeEither('poll', 'error')
      return answer.type === 'poll' ? 'ok' : answer.code
    },
    async unwatch(socket, pollId) {
      socket.send({ type: 'unwatch', pollId })
      const [told] = await socket.settle()
      if (told) throw new Error(`Nothing is answered to unwatch: ${JSON.stringify(told)}`)
      return 'ok'
    },
    async vote(socket, pollId, isRelay) {
      socket.send({ type: 'vote', voteId: randomUUID(), pollId, choices: [1], ...(isRelay && { voter: 'grace' }) })
      const answer = await socket.takeEither('voted', 'rejected')
      return answer.type === 'voted' ? 'ok' : answer.code
    },
  }
