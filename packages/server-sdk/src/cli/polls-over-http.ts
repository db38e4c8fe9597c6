import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorBody, type Poll, PollError } from '@live-poll/client-sdk/protocol'
import { pageHeader } from './pages.ts'
import type { PollsInReach } from './polls-in-reach.ts'
import { UsageError } from './usage-error.ts'

/** Milliseconds between two looks at a poll. One that has not changed is answered without a body. */
const pause = 500

/**
 * Polls of a server that runs.
 * @param url of its app, as in `http://localhost:3000`, or of its routes
 * @throws UsageError
 */
export function overHttp(url: string, adminKey: string | undefined): PollsInReach {
  const base = readBase(url)
  const pathOf = (id: string) => `/polls/${encodeURIComponent(id)}`

  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (adminKey) headers.set('authorization', `Bearer ${adminKey}`)
    const response = await fetch(base + path, { ...init, headers }).catch((error: Error) => {
      if (error.name === 'AbortError') throw error
      const cause = error.cause instanceof Error ? error.cause.message || error.message : error.message
      throw new Error(`${base} does not answer (${cause}).`)
    })
    if (!response.ok && response.status !== 304) throw await toError(response, base)
    return response
  }

  async function ask(path: string, init?: RequestInit): Promise<Poll> {
    return (await send(path, init)).json() as Promise<Poll>
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
          const response = await send(pathOf(id), { headers: etag ? { 'if-none-match': etag } : {}, signal })
          if (response.status !== 304) yield (await response.json()) as Poll
          etag = response.headers.get('etag') ?? etag
          await sleep(pause, undefined, { signal })
        }
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
    async link(id) {
      const link = new URL(`/polls/${id}`, base).href
      const page = await fetch(link, { method: 'HEAD' })
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

async function toError(response: Response, base: string): Promise<Error> {
  const text = await response.text()
  try {
    const { code, message, ...details } = (JSON.parse(text) as ErrorBody).error
    if (code === 'UNAUTHENTICATED') return new Error(`set LIVE_POLL_ADMIN_KEY to that of the server: ${message}`)
    return new PollError(code, details, message)
  } catch {
    return new Error(`${base} answered ${response.status}, and not as Live Poll does: is it mounted there?`)
  }
}
