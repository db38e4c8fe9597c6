import { vi } from 'vitest'
import { createPollClient, type PollClientOptions } from '../src/create-poll-client.ts'
import {
  type ConnectionOptions,
  createConnection,
  type WebSocketConstructor,
  type WebSocketLike,
} from '../src/live/connection.ts'
import type { TokenStorage } from '../src/live/voter.ts'
import type { WatchedPoll } from '../src/live/watched-poll.ts'
import type { ClientMessage, PollMessage, ServerMessage, VoteMessage } from '../src/protocol/messages.ts'
import type { Poll, Results, Vote } from '../src/protocol/models.ts'
import { createFakeHttp } from './fake-http.ts'

export function samplePoll(fields: Partial<Poll> = {}): Poll {
  return {
    id: 'lunch',
    question: 'Lunch?',
    choices: [
      { id: 1, label: 'Soup' },
      { id: 2, label: 'Salad' },
    ],
    ballot: { kind: 'choose', min: 1, max: 1 },
    showResults: 'always',
    minVoters: null,
    canChange: true,
    voters: ['anyone'],
    needsCaptcha: false,
    isPrivate: false,
    state: 'open',
    opensAt: null,
    closesAt: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    edition: 1,
    epoch: 1,
    results: null,
    channelUrl: null,
    ...fields,
  }
}

export function sampleResults(fields: Partial<Results> = {}): Results {
  return {
    kind: 'choose',
    pollId: 'lunch',
    epoch: 1,
    version: 0,
    edition: 1,
    state: 'open',
    votes: [0, 0],
    voters: 0,
    ...fields,
  }
}

export function pollMessage(fields: Partial<Poll> = {}, vote: Vote | null = null): PollMessage {
  return { type: 'poll', poll: samplePoll(fields), vote, now: '2026-01-01T00:00:00.000Z' }
}

/** One socket as the test sees it: it plays the server, and the faults between. */
export interface FakeSocket {
  readonly url: string
  readonly protocol: string
  /** What the client sent, in order. */
  readonly sent: ClientMessage[]
  /** Whether the client has closed it. */
  isClosed: boolean
  /** The server accepts. */
  open(): void
  /** The server accepts, and admits whoever said hello. */
  welcome(voterId?: string | null): void
  say(message: ServerMessage): void
  /** The server, or a fault, ends the connection. */
  end(code: number): void
  types(): string[]
}

export interface FakeNetwork {
  readonly WebSocket: WebSocketConstructor
  readonly sockets: FakeSocket[]
  /** The newest socket. */
  last(): FakeSocket
}

/** WebSockets that go nowhere. Nothing happens on them but what the test says. */
export function createFakeNetwork(): FakeNetwork {
  const sockets: FakeSocket[] = []

  class FakeWebSocket implements WebSocketLike {
    onopen: unknown = null
    onmessage: unknown = null
    onclose: unknown = null
    onerror: unknown = null
    readonly fake: FakeSocket

    constructor(url: string, protocol: string) {
      const call = (handler: unknown, event: unknown) => {
        if (typeof handler === 'function') handler(event)
      }
      const fake: FakeSocket = {
        url,
        protocol,
        sent: [],
        isClosed: false,
        open: () => call(this.onopen, {}),
        welcome: (voterId = null) => {
          fake.open()
          fake.say({ type: 'welcome', voterId })
        },
        say: (message) => call(this.onmessage, { data: JSON.stringify(message) }),
        end: (code) => call(this.onclose, { code }),
        types: () => fake.sent.map(({ type }) => type),
      }
      this.fake = fake
      sockets.push(fake)
    }

    send(text: string): void {
      this.fake.sent.push(JSON.parse(text))
    }

    close(): void {
      this.fake.isClosed = true
    }
  }

  return {
    WebSocket: FakeWebSocket,
    sockets,
    last() {
      const socket = sockets.at(-1)
      if (!socket) throw new Error('No socket was opened.')
      return socket
    },
  }
}

export const target = { url: 'ws://my.app/channel', hello: { type: 'hello', token: 'lpv_1' } } as const

export function createFakeConnection(options: Partial<ConnectionOptions> = {}) {
  const network = createFakeNetwork()
  const calls = {
    prepare: vi.fn<ConnectionOptions['prepare']>(options.prepare ?? (async () => target)),
    onMessage: vi.fn<ConnectionOptions['onMessage']>(),
    onDown: vi.fn<ConnectionOptions['onDown']>(),
    onStopped: vi.fn<ConnectionOptions['onStopped']>(),
  }
  const connection = createConnection({ WebSocket: options.WebSocket ?? network.WebSocket, ...calls })
  return { ...network, ...calls, connection }
}

/** A connection that is up. */
export async function createReadyConnection(options?: Partial<ConnectionOptions>) {
  const all = createFakeConnection(options)
  all.connection.connect()
  await vi.advanceTimersByTimeAsync(0)
  all.last().welcome('v')
  return all
}

export const server = 'http://my.app/live-poll'
/** A vote of an earlier visit. */
export const own: Vote = { voteId: 'earlier', choices: [1], revision: 4 }

/** A server that answers over HTTP by itself; on the sockets the test speaks for it. */
export function createPage(options: PollClientOptions = {}, stored: Readonly<Record<string, string>> = {}) {
  const network = createFakeNetwork()
  const polls = new Map<string, Poll>([['lunch', samplePoll()]])
  const http = createFakeHttp(server, polls)
  const items = new Map<string, string>(Object.entries(stored))
  const storage: TokenStorage = {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }

  const client = createPollClient({ server, storage, fetch: http.fetch, WebSocket: network.WebSocket, ...options })

  /** Watches, and keeps every state shown. */
  function watch(pollId = 'lunch') {
    const states: WatchedPoll[] = []
    const stop = client.watch(pollId, (state) => void states.push(state))
    const now = () => {
      const state = states.at(-1)
      if (!state) throw new Error('The listener was not called.')
      return state
    }
    return { states, stop, now }
  }

  /** Lets everything that is under way arrive, also what is loaded for it. */
  async function settle(): Promise<void> {
    await vi.advanceTimersByTimeAsync(0)
    await vi.dynamicImportSettled()
    await vi.advanceTimersByTimeAsync(0)
  }
  /** No WebSocket opens: each address is tried in vain, and the module for that is loaded. */
  async function block(attempts = 1): Promise<void> {
    for (let i = 0; i < attempts; i++) {
      network.last().end(1006)
      if (i < attempts - 1) await vi.advanceTimersByTimeAsync(2000)
    }
    await vi.dynamicImportSettled()
    await settle()
  }
  const sayPoll = (fields: Partial<Poll> = {}, vote: Vote | null = null) =>
    network.last().say(pollMessage(fields, vote))
  const sentVotes = () => network.last().sent.filter((message): message is VoteMessage => message.type === 'vote')
  const lastVote = () => {
    const vote = sentVotes().at(-1)
    if (!vote) throw new Error('No vote was sent.')
    return vote
  }
  const answerVote = (revision: number) => {
    const { voteId, pollId } = lastVote()
    network.last().say({ type: 'voted', voteId, pollId, revision, epoch: 1 })
  }
  return { ...network, client, polls, http, items, watch, settle, block, sayPoll, sentVotes, lastVote, answerVote }
}

/** A client of a voter whom the app named, that watches one poll and knows its own vote. */
export async function createVotingPage(vote: Vote | null = null) {
  return openPage(createPage({ token: 'lpv_kept' }), vote)
}

/** The same for one who voted at an earlier visit. The first vote is to ask who votes. */
export async function createReturningPage(vote: Vote | null = null) {
  const all = createPage()
  all.items.set(`live-poll:voter:${server}`, 'lpv_kept')
  return openPage(all, vote)
}

async function openPage(all: ReturnType<typeof createPage>, vote: Vote | null) {
  const watched = all.watch()
  await all.settle()
  all.last().welcome('v')
  all.sayPoll({}, vote)
  return { ...all, watched }
}
