import { once } from 'node:events'
import type { RejectedMessage, ServerMessage, VotedMessage } from '@live-poll/client-sdk/protocol'
import { WebSocket } from 'ws'
import type { VotingProcess } from './start-voting-process.ts'

/** One ballot of one voter, under an id of its own. */
export interface TestVote {
  readonly voteId: string
  readonly choice: number
}

export interface CastOptions {
  readonly pollId: string
  /** Votes in flight. */
  readonly window: number
  onSend(vote: TestVote): void
  onAnswer(answer: VotedMessage | RejectedMessage): void
}

/**
 * Casts over a raw relay socket, so that a test knows exactly what was sent and what was answered: nothing is sent
 * twice, and answers that were on their way when the server died still count.
 *
 * @returns when every vote is answered, or the connection has ended and all it carried is read
 */
export async function castOverRelay(
  server: VotingProcess,
  votes: readonly TestVote[],
  { pollId, window, onSend, onAnswer }: CastOptions,
): Promise<void> {
  const { ticket } = await server.call<{ ticket: string }>('POST', '/voters', { relay: true })
  const socket = new WebSocket(server.channelUrl, 'live-poll.v1')
  socket.on('error', () => {}) // the server's death; 'close' follows
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'hello', ticket }))

  let next = 0
  let unanswered = 0
  function pump() {
    for (; unanswered < window && next < votes.length && socket.readyState === WebSocket.OPEN; next++) {
      const vote = votes[next] as TestVote
      const { voteId, choice } = vote
      onSend(vote)
      socket.send(JSON.stringify({ type: 'vote', voteId, pollId, choices: [choice], voter: voteId }))
      unanswered++
    }
  }
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as ServerMessage
    if (message.type === 'welcome') pump()
    if (message.type !== 'voted' && message.type !== 'rejected') return
    unanswered--
    onAnswer(message)
    if (next === votes.length && unanswered === 0) socket.close()
    else pump()
  })
  await once(socket, 'close')
}
