import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { decodeServerMessage } from '@live-poll/client-sdk/protocol'
import { createInbox, type Inbox } from './inbox.ts'

/** Server-Sent Events without our client, read as a browser reads them. */
export interface EventStream extends Inbox {
  readonly headers: IncomingMessage['headers']
  /** The bytes of all that came, comments too. */
  readonly text: () => string
  /** Resolves when the stream has ended, with whether it ended well. */
  readonly closed: Promise<boolean>
  /** Leaves, without a word. */
  close(): Promise<void>
  /** Stops reading: what the server sends then fills the network's buffers, and the server's. */
  pause(): void
  resume(): void
}

/**
 * @param query as in `?ticket=...`
 * @throws with the status when there is no stream; its cause is the body
 */
export async function openEventStream(
  origin: string,
  pollId: string,
  query = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<EventStream> {
  const call = request(`${origin}/live-poll/polls/${pollId}/events${query}`, { agent: false, headers }).end()
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) {
    const cause: unknown = JSON.parse(Buffer.concat(await response.toArray()).toString())
    throw new Error(`No stream: ${response.statusCode}`, { cause })
  }
  const { inbox, put, end } = createInbox()
  let text = ''
  let unread = ''
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    text += chunk
    unread += chunk
    const events = unread.split('\n\n')
    unread = events.pop() ?? ''
    for (const event of events) {
      if (event.startsWith(':')) continue
      const message = event.startsWith('data: ') ? decodeServerMessage(event.slice('data: '.length)) : null
      if (!message) throw new Error(`The server sent what is no event: ${event}`)
      put(message)
    }
  })
  response.on('error', () => {}) // 'close' follows
  const closed = new Promise<boolean>((resolve) => response.on('close', () => resolve(response.complete)))
  void closed.then(() => end('the stream has ended'))
  return {
    ...inbox,
    headers: response.headers,
    text: () => text,
    closed,
    async close() {
      call.destroy()
      await closed
    },
    pause: () => response.pause(),
    resume: () => response.resume(),
  }
}
