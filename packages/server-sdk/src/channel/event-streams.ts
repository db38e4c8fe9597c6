import { encode, pollError } from '@live-poll/client-sdk/protocol'
import type { ReadPoll } from '../actions/read-poll.ts'
import { createTopics } from '../channel/topics.ts'
import type { VoteChannel } from '../channel/vote-channel.ts'
import type { Tokens } from '../identity/tokens.ts'
import type { HttpReply, HttpSink } from './http-message.ts'

export interface EventsParts {
  readonly channel: Pick<VoteChannel, 'open' | 'attach'>
  readonly tokens: Pick<Tokens, 'readTicket'>
  readonly readPoll: ReadPoll
}

/** Server-Sent Events of one poll (HTML, section 9.2): the channel's messages, for networks that block WebSockets. */
export interface Events {
  /**
   * @param ticket who watches; null: anyone
   * @throws PollError `UNAUTHENTICATED`, `POLL_NOT_FOUND`
   */
  open(pollId: string, ticket: string | null): Promise<HttpReply>
  /** Publishes to no stream any more; the streams themselves end with the channel. */
  close(): void
}

/** Milliseconds between comments, so that nobody on the way takes the stream for dead. */
const commentInterval = 15_000

const headers = {
  'content-type': 'text/event-stream',
  // A compressing proxy or middleware would keep frames back until it has enough of them.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

export function createEvents({ channel, tokens, readPoll }: EventsParts): Events {
  const topics = createTopics<HttpSink, string>(
    (frame) => `data: ${frame}\n\n`,
    (sink, event) => sink.write(event),
  )
  const detach = channel.attach(topics)

  function start(sink: HttpSink, pollId: string, ticket: string | null) {
    const events = channel.open({
      send: (frame) => sink.write(`data: ${frame}\n\n`),
      subscribe: (topic) => topics.add(topic, sink),
      unsubscribe: (topic) => topics.remove(topic, sink),
      buffered: sink.buffered,
      close: () => sink.end(), // a stream has no codes
      terminate: sink.destroy,
    })
    const comment = setInterval(() => sink.write(':\n\n'), commentInterval)
    events.message(Buffer.from(encode({ type: 'hello', ...(ticket !== null && { ticket }) })))
    events.message(Buffer.from(encode({ type: 'watch', pollId })))
    return {
      drained: events.drained,
      closed() {
        clearInterval(comment)
        topics.removeAll(sink)
        events.closed()
      },
    }
  }

  return {
    async open(pollId, ticket) {
      if (ticket !== null && !tokens.readTicket(ticket)) {
        throw pollError('UNAUTHENTICATED', {}, 'The ticket is not valid, or has expired; POST /voters for a new one.')
      }
      await readPoll(pollId)
      return { status: 200, headers, body: null, stream: (sink) => start(sink, pollId, ticket) }
    },
    close: detach,
  }
}
