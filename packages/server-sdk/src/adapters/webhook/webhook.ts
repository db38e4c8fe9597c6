import { createHmac } from 'node:crypto'
import type { EventText, PollEvent } from '../../domain/poll-event.ts'
import type { EventSink } from '../../ports/event-sink.ts'
import { inParts } from '../event-parts.ts'
import { createPost, type Post } from './post.ts'

export type { PollEvent } from '../../domain/poll-event.ts'
export type { EventSink } from '../../ports/event-sink.ts'

/** Who gets which events, signed with which secret. */
export interface WebhookOptions {
  /** Where events are posted to: https. */
  readonly url: string
  /** `whsec_` and the base64 of 24 to 64 random bytes; the receiver has the same. */
  readonly secret: string
  /** Which events. @default all but `vote.accepted` */
  readonly events?: readonly PollEvent['type'][]
  /** Tells this sink from other ones: events wait under it. @default `webhook:<host and path>` */
  readonly name?: string
  /** Lets it be http, and an address that is not public, as in a network of your own. @default false */
  readonly allowPrivate?: boolean
  /** Milliseconds for an answer. @default 10000 */
  readonly timeout?: number
}

const allTypes: readonly PollEvent['type'][] = [
  ...(['poll.created', 'poll.edited', 'poll.opened', 'poll.closed', 'poll.reset', 'poll.deleted'] as const),
  ...(['vote.accepted', 'vote.voided', 'vote.erased', 'results.final'] as const),
]

/** Of one request. */
const most = { events: 100, characters: 256 * 1024 }

const day = 24 * 60 * 60 * 1000

/**
 * Posts events to one receiver, `{"events":[...]}`, signed as https://www.standardwebhooks.com says: at least once, those of a
 * poll in their order. What is not answered by 2xx within the time is sent again, with pauses of up to ten minutes, for a day,
 * and is a dead letter then (`api.listDeadLetters`). Redirects are not followed. Several receivers are several sinks: none waits
 * for another.
 *
 * @throws Error for an option that cannot work
 * @example createLivePoll({ sinks: [webhook({ url: 'https://my.app/polls', secret: process.env.WEBHOOK_SECRET })], database, secret })
 */
export function webhook(options: WebhookOptions): EventSink {
  const {
    events = allTypes.filter((type) => type !== 'vote.accepted'),
    allowPrivate = false,
    timeout = 10_000,
  } = options
  const url = checkUrl(options.url, allowPrivate)
  const key = checkSecret(options.secret)
  const wrong = events.find((type) => !allTypes.includes(type))
  if (wrong !== undefined)
    throw new Error(`webhook: events: there is no "${wrong}". There are: ${allTypes.join(', ')}.`)
  if (!(timeout > 0)) throw new Error('webhook: timeout: send milliseconds, more than 0.')
  const wanted = new Set(events)
  const post = createPost(url, { allowPrivate, timeout })
  return {
    name: options.name ?? `webhook:${url.host}${url.pathname}`.slice(0, 200),
    order: 'poll',
    longestPause: 10 * 60_000,
    giveUpAfter: day,
    async deliverTexts(given) {
      const chosen = given.filter(({ type }) => wanted.has(type))
      for (const part of inParts(chosen, most)) await send(post, key, part)
    },
  }
}

async function send(post: Post, key: Buffer, events: readonly EventText[]): Promise<void> {
  const body = `{"events":[${events.map(({ json }) => json)}]}`
  const id = `${events[0]?.id}+${events.length}`
  const timestamp = Math.floor(Date.now() / 1000)
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  await post(body, {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  })
}

function checkUrl(text: string, allowPrivate: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' && !(allowPrivate && url?.protocol === 'http:')) {
    throw new Error('webhook: url: send one that begins with https://, or http:// with allowPrivate.')
  }
  if (url.username || url.password) throw new Error('webhook: url: leave out user and password: requests are signed.')
  return url
}

function checkSecret(secret: string): Buffer {
  const encoded = /^whsec_([A-Za-z0-9+/]+=*)$/.exec(secret ?? '')?.[1]
  const key = Buffer.from(encoded ?? '', 'base64')
  if (key.length < 24 || key.length > 64) {
    throw new Error(
      `webhook: secret: send whsec_ and the base64 of 24 to 64 bytes. Make one with: node -p "'whsec_' + require('node:crypto').randomBytes(32).toString('base64')"`,
    )
  }
  return key
}
