import type { ServerMessage } from '../src/protocol/messages.ts'
import type { Poll, Vote } from '../src/protocol/models.ts'

/** One stream of events as the test sees it: it plays the server. */
export interface FakeStream {
  readonly path: string
  /** Whether neither side has ended it. */
  isOpen: boolean
  say(message: ServerMessage): void
  write(text: string): void
  end(): void
}

export interface FakeHttp {
  isDown: boolean
  tellsTime: boolean
  /** Tokens that a vote is refused with. */
  readonly oldTokens: Set<string>
  admissions: number
  admission: Promise<void>
  /** How `POST /voters` fails. */
  refuse: { readonly code: string; readonly status: number } | null
  /** How a vote fails; `lost` after it was counted. */
  refuseVote: { readonly code: string; readonly status: number; readonly vote?: Vote } | 'lost' | null
  /** Whether streams are served, and whether something between holds them back. */
  streaming: 'served' | 'held back' | 'refused'
  /** The own vote as the server has it. */
  vote: Vote | null
  readonly streams: FakeStream[]
  readonly openStreams: readonly FakeStream[]
  /** Method, path, and the token that came along. */
  readonly log: string[]
  readonly bodies: unknown[]
  readonly fetch: typeof globalThis.fetch
}

/** A server that answers over HTTP by itself. Streams say nothing but what the test says. */
export function createFakeHttp(server: string, polls: ReadonlyMap<string, Poll>): FakeHttp {
  const refuse = (code: string, status: number, details: object = {}) =>
    Response.json({ error: { code, message: code, requestId: 'r', ...details } }, { status })

  async function answer(method: string, path: string, init: RequestInit): Promise<Response> {
    if (path === '/voters') {
      await http.admission
      if (http.refuse) return refuse(http.refuse.code, http.refuse.status)
      const number = ++http.admissions
      return Response.json({ voterId: 'v', token: `lpv_${number}`, ticket: `lpt_${number}` })
    }
    const [, id = '', rest] = /^\/polls\/([^/?]+)\/?(\w*)/.exec(path) ?? []
    const poll = polls.get(id)
    if (!poll) return refuse('POLL_NOT_FOUND', 404)
    if (rest === 'events') return openStream(path, init.signal)
    if (rest === 'vote') {
      const token = new Headers(init.headers).get('authorization')?.slice('Bearer '.length) ?? ''
      if (http.oldTokens.has(token)) return refuse('UNAUTHENTICATED', 401)
      return method === 'GET' ? readVote() : castVote(path, init.body)
    }
    const etag = JSON.stringify([poll.epoch, poll.edition, poll.state, poll.results?.version])
    const now: Record<string, string> = http.tellsTime
      ? { 'live-poll-now': new Date(1e12 + performance.now()).toISOString() }
      : {}
    const headers = { etag, ...now }
    if (new Headers(init.headers).get('if-none-match') === etag) return new Response(null, { status: 304, headers })
    return Response.json(poll, { headers })
  }

  function readVote(): Response {
    return http.vote ? Response.json(http.vote) : refuse('NOT_FOUND', 404)
  }

  function castVote(path: string, body: unknown): Response {
    const query = new URLSearchParams(path.split('?')[1])
    const sent = typeof body === 'string' ? JSON.parse(body) : { voteId: query.get('voteId'), choices: null }
    if (http.refuseVote && http.refuseVote !== 'lost') {
      const { code, status, vote } = http.refuseVote
      return refuse(code, status, { vote })
    }
    const isRepeated = http.vote?.voteId === sent.voteId
    const revision = (http.vote?.revision ?? 0) + (isRepeated ? 0 : 1)
    http.vote = { voteId: sent.voteId, choices: sent.choices, revision }
    if (http.refuseVote === 'lost') throw new TypeError('fetch failed')
    return Response.json({ voteId: sent.voteId, revision, epoch: 1, ...(isRepeated && { duplicate: true }) })
  }

  function openStream(path: string, signal: AbortSignal | null | undefined): Response {
    if (http.streaming === 'refused') return new Response('<h1>No</h1>', { status: 200 })
    const encoder = new TextEncoder()
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined
    const stream: FakeStream = {
      path,
      isOpen: true,
      say: (message) => stream.write(`data: ${JSON.stringify(message)}\n\n`),
      write: (text) => http.streaming === 'served' && stream.isOpen && controller?.enqueue(encoder.encode(text)),
      end() {
        if (stream.isOpen) controller?.close()
        stream.isOpen = false
      },
    }
    const body = new ReadableStream<Uint8Array>({
      start: (given) => {
        controller = given
      },
      cancel: () => {
        stream.isOpen = false
      },
    })
    signal?.addEventListener('abort', () => {
      if (stream.isOpen) controller?.error(signal.reason)
      stream.isOpen = false
    })
    http.streams.push(stream)
    return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
  }

  const http: FakeHttp = {
    isDown: false,
    tellsTime: false,
    oldTokens: new Set(),
    admissions: 0,
    admission: Promise.resolve(),
    refuse: null,
    refuseVote: null,
    streaming: 'served',
    vote: null,
    streams: [],
    get openStreams() {
      return http.streams.filter(({ isOpen }) => isOpen)
    },
    log: [],
    bodies: [],
    fetch: async (url, init = {}) => {
      const path = `${url}`.slice(server.length)
      const authorization = new Headers(init.headers).get('authorization')
      http.log.push(`${init.method ?? 'GET'} ${path}${authorization ? ` ${authorization}` : ''}`)
      if (typeof init.body === 'string') http.bodies.push(JSON.parse(init.body))
      if (http.isDown) throw new TypeError('fetch failed')
      return answer(init.method ?? 'GET', path, init)
    },
  }
  return http
}
