import { encode, pollError } from '@live-poll/client-sdk/protocol'
import type { ReadOwn } from '../actions/read-poll.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { Tokens } from '../identity/tokens.ts'
import type { ChannelEvents } from './channel-server.ts'
import { createTopics } from './topics.ts'
import type { VoteChannel } from './vote-channel.ts'

/** What is used of the body of an HTTP answer that is written piece by piece. */
export interface EventSink {
  write(text: string): void
  buffered(): number
  end(): void
  destroy(): void
}

/** Begins a stream, once its headers have gone out. @returns what to tell of it */
export type EventStream = (sink: EventSink) => Pick<ChannelEvents, 'drained' | 'closed'>

/**
 * Carries one poll's messages of the channel as Server-Sent Events (HTML, section 9.2), for networks that block
 * WebSockets. A stream is a connection like any other, but its `hello` and `watch` are said for it.
 */
export interface EventStreams {
  /**
   * @param ticket who watches; null: anyone
   * @param origin of the page, where its request says so
   * @throws PollError `UNAUTHENTICATED`, `POLL_NOT_FOUND`; `BUSY` where too many come at once
   */
  open(pollId: string, ticket: string | null, origin: string | null): Promise<EventStream>
  /** Publishes to no stream any more; the streams themselves end with the channel. */
  close(): void
}

export interface EventStreamsParts {
  readonly channel: Pick<VoteChannel, 'admitStream' | 'openStream' | 'attach'>
  readonly tokens: Pick<Tokens, 'readTicket'>
  readonly sessions: Pick<Sessions, 'hasEnded'>
  readonly readOwn: ReadOwn
  /** Bytes that may wait for a stream: while there are more, nothing is published to it. */
  readonly most: number
}

/** Milliseconds between comments, so that nobody on the way takes the stream for dead. */
const commentInterval = 15_000

export function createEventStreams({ channel, tokens, sessions, readOwn, most }: EventStreamsParts): EventStreams {
  const toEvent = (frame: string) => `data: ${frame}\n\n`
  const topics = createTopics<EventSink, string>(toEvent, (sink, event) => {
    if (sink.buffered() <= most) sink.write(event)
  })
  const detach = channel.attach(topics)

  function start(sink: EventSink, pollId: string, ticket: string | null, origin: string | null) {
    const events = channel.openStream({
      origin: origin ?? undefined,
      send: (frame) => sink.write(toEvent(frame)),
      cork: (work) => work(), // a stream casts no votes, and nothing else comes in heaps
      subscribe: (topic) => topics.add(topic, sink),
      unsubscribe: (topic) => topics.remove(topic, sink),
      buffered: () => sink.buffered(),
      close: () => sink.end(), // a stream has no codes
      terminate: () => sink.destroy(),
    })
    const comment = setInterval(() => sink.write(':\n\n'), commentInterval)
    events.message(Buffer.from(encode({ type: 'hello', ...(ticket !== null && { ticket }) })))
    events.message(Buffer.from(encode({ type: 'watch', pollId })))
    return {
      drained: () => events.drained(),
      closed() {
        clearInterval(comment)
        topics.removeAll(sink)
        events.closed()
      },
    }
  }

  return {
    async open(pollId, ticket, origin) {
      const retryAfter = channel.admitStream()
      if (retryAfter > 0) throw pollError('BUSY', { retryAfter })
      // A browser leaves the origin out where the page is the server's own.
      const admission = ticket === null ? undefined : tokens.readTicket(ticket, origin ?? undefined)
      const session = admission?.kind === 'voter' ? admission.session : undefined
      if (ticket !== null && (!admission || (session && (await sessions.hasEnded(session))))) {
        throw pollError('UNAUTHENTICATED', {}, 'The ticket is not valid, or has expired; POST /voters for a new one.')
      }
      await readOwn(pollId, admission?.kind === 'relay' ? 'relay' : admission)
      return (sink) => start(sink, pollId, ticket, origin)
    },
    close: detach,
  }
}
