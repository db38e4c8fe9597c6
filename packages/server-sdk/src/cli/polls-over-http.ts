import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorBody, type Poll, PollError } from '@live-poll/client-sdk/protocol'
import { pageHeader } from './pages.ts'
import type { PollsInReach } from './polls-in-reach.ts'
import { UsageError } from './usage-error.ts'

/** Milliseconds between two looks at a poll. One that has not changed is answered without a body. */
const pause = 500

/** Milliseconds for a request and its whole answer. */
const longest = 20_000

interface Answer {
  readonly status: number
  readonly etag: string | null
  readonly text: string
}

/**
 * Polls of a server that runs.
 * @param url of its app, as in `http://localhost:3000`, or of its routes
 * @param patience milliseconds for each request
 * @throws UsageError
 */
export function overHttp(url: string, adminKey: string | undefined, patience = longest): PollsInReach {
  const base = readBase(url)
  const pathOf = (id: string) => `/polls/${encodeURIComponent(id)}`

  async function send(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(init.headers)
    if (adminKey) headers.set('authorization', `Bearer ${adminKey}`)
    const answer = await exchange(base + path, { ...init, headers }, patience).catch((error: Error) => {
      if (init.signal?.aborted) throw error
      const cause = error.cause instanceof Error ? error.cause.message || error.message : error.message
      throw new Error(`${base} does not answer (${cause}).`)
    })
    const { status, text } = answer
    if ((status < 200 || status > 299) && status !== 304) throw toError(status, text, base)
    return answer
  }

  async function ask(path: string, init?: RequestInit): Promise<Poll> {
    const { status, text } = await send(path, init)
    return readPoll(status, text, base)
  }

  return {
    create: (input) =>
      ask('/polls', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      }),
    open: (id) => ask(`${pathOf(id)}/open`, { method: 'POST' }),
    close: (id) => ask(`${pathOf(id)}/close`, { method: 'POST' }),
    get: (id) => ask(pathOf(id)),
    async *watch(id, signal) {
      let etag = ''
      try {
        for (;;) {
          const answer = await send(pathOf(id), { headers: etag ? { 'if-none-match': etag } : {}, signal })
          if (answer.status !== 304) yield readPoll(answer.status, answer.text, base)
          etag = answer.etag ?? etag
          await sleep(pause, undefined, { signal })
        }
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
    async link(id) {
      const link = new URL(`/polls/${id}`, base).href
      const page = await fetch(link, { method: 'HEAD', signal: AbortSignal.timeout(patience) })
      return page.ok && page.headers.has(pageHeader) ? link : undefined
    },
  }
}

function readBase(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UsageError('--url and LIVE_POLL_URL are the URL of a server, as in http://localhost:3000.')
  }
  const path = url.pathname.replace(/\/+$/, '')
  return url.origin + (path || '/live-poll')
}

/** A request and its whole answer. @throws what stands in the way, the time among it */
async function exchange(url: string, { signal, ...init }: RequestInit, patience: number): Promise<Answer> {
  const limit = AbortSignal.timeout(patience)
  try {
    const response = await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, limit]) : limit })
    return { status: response.status, etag: response.headers.get('etag'), text: await response.text() }
  } catch (error) {
    throw limit.aborted ? new Error(`nothing within ${patience / 1000} s`) : error
  }
}

function toError(status: number, text: string, base: string): Error {
  try {
    const { code, message, ...details } = (JSON.parse(text) as ErrorBody).error
    if (code === 'UNAUTHENTICATED') return new Error(`set LIVE_POLL_ADMIN_KEY to that of the server: ${message}`)
    return new PollError(code, details, message)
  } catch {
    return toStranger(status, base)
  }
}

/** @throws where something else answers in its place: a page that an app shows under every path, say */
function readPoll(status: number, text: string, base: string): Poll {
  try {
    const poll = JSON.parse(text)
    if (typeof poll.id === 'string') return poll
  } catch {} // no JSON, or null
  throw toStranger(status, base)
}

function toStranger(status: number, base: string): Error {
  return new Error(`${base} answered ${status}, and not as Live Poll does: is it mounted there?`)
}
