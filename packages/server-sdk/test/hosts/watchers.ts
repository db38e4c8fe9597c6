import type { PollMessage, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { openEventStream } from '../event-stream.ts'
import type { Inbox } from '../inbox.ts'
import { type ChannelServerName, channelServers } from '../listeners.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import { visit } from './channel-visitor.ts'

/** Everything that a poll can be watched over. */
export type Wire = ChannelServerName | 'Server-Sent Events'
export const wires: readonly Wire[] = [...channelServers, 'Server-Sent Events']

/** Somebody who watches one poll, and has been answered. */
export interface PollWatcher extends Inbox {
  readonly answer: PollMessage
  close(): Promise<void>
}

/** @param voter without one, nobody: one may watch. @throws when it is refused */
export async function startWatching(
  running: RunningLivePoll,
  wire: Wire,
  pollId: string,
  voter?: Pick<VoterAdmission, 'ticket'>,
): Promise<PollWatcher> {
  if (wire === 'Server-Sent Events') {
    const stream = await openEventStream(running.origin, pollId, voter ? `?ticket=${voter.ticket}` : '')
    await stream.take('welcome')
    return { ...stream, answer: await stream.take('poll') }
  }
  const socket = await visit(running, wire, voter && { ticket: voter.ticket })
  socket.send({ type: 'watch', pollId })
  const answer = await socket.takeEither('poll', 'error')
  if (answer.type === 'poll') return { ...socket, answer }
  await socket.close()
  throw new Error(answer.code)
}
