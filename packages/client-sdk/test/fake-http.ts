import type { ServerMessage } from '../src/protocol/messages.ts'
import type { AdmissionInput, Poll, Vote, VoterAdmission } from '../src/protocol/models.ts'

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
  /** Whether the server answers that it cannot, as while its database is away. */
  isUnavailable: boolean
  /** Whether the page's origin may not use the server. */
  foreign: boolean
  tellsTime: boolean
  /** Tokens that a vote is refused with. */
  readonly oldTokens: Set<string>
  /** How often somebody was admitted; their tokens are numbered so. */
  admissions: number
  admission: Promise<void>
  /** Who is signed in with the host. Their tokens begin with `lpv_s`. */
  user: string | null
  /** Codes that are good. */
  readonly invitations: Set<string>
  /** Polls that are shown only with a token. */
  readonly hidden: Set<string>
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

function bearerOf({ headers }: RequestInit): string {
  return new Headers(headers).get('authorization')?.slice('Bearer '.length) ?? ''
}

/** A server that answers over HTTP by itself. Streams say nothing but what the test says. */
export function createFakeHttp(server: string, polls: ReadonlyMap<string, Poll>): FakeHttp {
  const refuse = (code: string, status: number, details: object = {}) =>
    Response.json({ error: { code, message: code, requestId: 'r', ...details } }, { status })

  /** Whose a token is that came from an invitation. */
  const holders = new Map<string, string>()

  async function answer(method: string, path: string, init: RequestInit): Promise<Response> {
    if (http.isUnavailable) return refuse('UNAVAILABLE', 503)
    if (path === '/voters') {
      await http.admission
      if (http.refuse) return refuse(http.refuse.code, http.refuse.status)
      return admit(bearerOf(init), JSON.parse(`${init.body}`))
    }
    const [, id = '', rest] = /^\/polls\/([^/?]+)\/?(\w*)/.exec(path) ?? []
    const poll = polls.get(id)
    if (http.foreign) return refuse('ORIGIN_NOT_ALLOWED', 403)
    if (!poll || (http.hidden.has(id) && !bearerOf(init))) return refuse('POLL_NOT_FOUND', 404)
    if (rest === 'events') return openStream(path, init.signal)
    if (rest === 'vote') {
      if (http.oldTokens.has(bearerOf(init))) return refuse('UNAUTHENTICATED', 401)
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

  /** In the order of the protocol. */
  function admit(token: string, { invitation, isKnown }: AdmissionInput): Response {
    const as = (voterId: string, kind: VoterAdmission['kind'], isSession = false) => {
      const number = ++http.admissions
      const token = `lpv_${isSession ? 's' : ''}${number}`
      if (kind === 'invitation') holders.set(token, voterId)
      return Response.json({ voterId, kind, isSession, token, ticket: `lpt_${number}` })
    }
    if (http.user) return as(http.user, 'user', true)
    if (http.oldTokens.has(token)) return refuse('UNAUTHENTICATED', 401)
    const holder = holders.get(token)
    if (holder) return as(holder, 'invitation')
    if (token.startsWith('lpv_')) return as('v', 'device')
    if (invitation && !http.invitations.has(invitation)) return refuse('INVITATION_INVALID', 403)
    if (invitation) return as(`holder of ${invitation}`, 'invitation')
    return isKnown ? refuse('UNAUTHENTICATED', 401) : as('v', 'device')
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
    isUnavailable: false,
    tellsTime: false,
    oldTokens: new Set(),
    admissions: 0,
    admission: Promise.resolve(),
    user: null,
    invitations: new Set(),
    hidden: new Set(),
    foreign: false,
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
