import { pollPath, query } from '../http/poll-path.ts'
import type { Exchange } from '../http/request.ts'
import type { ClientMessage, ServerMessage, VoteMessage } from '../protocol/messages.ts'
import type { Poll, Vote, VoteReceipt, VoterAdmission } from '../protocol/models.ts'
import type { PollError } from '../protocol/poll-error.ts'
import type { Retries } from './backoff.ts'
import { createPollFeed, type PollFeed } from './poll-feed.ts'
import type { ServerClock } from './server-clock.ts'
import type { Voter } from './voter.ts'
import type { Transport } from './watched-poll.ts'

/** How to reach the API. */
export interface LowerRungsServer {
  readonly server: string
  readonly fetch: typeof globalThis.fetch | undefined
  readonly exchange: Exchange
}

/** What the client that loads this module has loaded already: imported again, it would go into a third file. */
export interface LowerRungsParts {
  createRetries(): Retries
  decode(text: string): ServerMessage | null
}

export interface LowerRungsOptions extends LowerRungsServer, LowerRungsParts {
  readonly voter: Voter
  /** Who votes here, without admitting anyone new. */
  admit(): Promise<VoterAdmission | undefined>
  readonly clock: ServerClock
  onMessage(message: ServerMessage): void
  onTransport(pollId: string, transport: Transport): void
}

/** The channel over plain HTTP: it takes and gives the same messages. It says hello by itself, and welcome when it is up. */
export interface LowerRungs {
  readonly isReady: boolean
  /** Whether the message went out; before a `welcome` it does not. */
  send(message: ClientMessage): boolean
  /** The device may have slept: an attempt that is due later is made at once. */
  wake(): void
  close(): void
}

interface WatchedFeed extends PollFeed {
  /** A vote on the poll was committed. */
  voted(): void
}

/** Browsers open six connections to a host, over HTTP/1.1; votes and other tabs need theirs. */
const MOST_STREAMS = 4
/** A ticket lives for 60 s. */
const TICKET_LASTS = 45_000
const ANSWER_WITHIN = 5000

export function createLowerRungs(options: LowerRungsOptions): LowerRungs {
  const { server, fetch = globalThis.fetch, exchange, voter, clock, createRetries, onMessage, onTransport } = options
  const feeds = new Map<string, WatchedFeed>()
  const retries = createRetries()
  let isReady = false
  let isClosed = false
  let voterId: string | null = null
  /** Whether a token was refused and no vote was taken since. */
  let wasRefused = false
  let ticket = ''
  let ticketUntil = 0
  let streams = 0
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let turn = 0

  /** Asks who votes here, and for a ticket of theirs. */
  async function admit(): Promise<void> {
    const admission = await options.admit()
    voterId = admission?.voterId ?? null
    ticket = admission?.ticket ?? ''
    ticketUntil = performance.now() + TICKET_LASTS
  }

  /** Where nobody can be admitted, one can watch as nobody. */
  async function hello(): Promise<void> {
    const thisTurn = ++turn
    clearTimeout(retryTimer)
    try {
      if (voter.unsure || voter.token()) await admit()
      else voterId = null
    } catch (reason) {
      if (thisTurn !== turn) return
      const { retryable, details } = reason as PollError
      if (retryable) {
        retryTimer = setTimeout(hello, details.retryAfter ?? retries.next())
        return
      }
      voterId = null
    }
    if (thisTurn !== turn) return
    retries.hurry()
    welcome()
  }

  function welcome(): void {
    isReady = true
    onMessage({ type: 'welcome', voterId })
  }

  /** A token that has expired is refused wherever it is shown. */
  function refusedToo(error: PollError): never {
    if (error.code === 'UNAUTHENTICATED' && voterId && !wasRefused) {
      wasRefused = true
      void hello()
    }
    throw error
  }

  const credentials = () => ({ token: voterId ? voter.token() : undefined })

  function watch(pollId: string): void {
    const present = feeds.get(pollId)
    if (present) return present.restart()
    let shown: Poll | undefined
    let vote: Vote | null = null
    let etag: string | null = null
    let isStreaming = false

    const tell = (message: ServerMessage) => {
      if (feeds.get(pollId) !== watched) return
      if (message.type === 'poll') shown = message.poll
      onMessage(message)
    }
    const feed = createPollFeed({
      pollId,
      retries: createRetries(),
      decode: options.decode,
      async open(signal) {
        const before = voterId
        if (before && performance.now() >= ticketUntil) await admit()
        if (voterId !== before) welcome() // it ends this stream
        const headers: Record<string, string> = { accept: 'text/event-stream' }
        // Not in the address, which proxies and servers write down.
        if (voterId) headers.authorization = `Bearer ${ticket}`
        const call: RequestInit = { headers, credentials: 'same-origin', cache: 'no-store', signal }
        const response = await fetch(server + pollPath(pollId, '/events'), call)
        if (response.status === 401) ticketUntil = 0
        return response
      },
      async read(isAnew, signal) {
        const unless: Record<string, string> = etag && !isAnew ? { 'if-none-match': etag } : {}
        const call = { ...credentials(), headers: unless, within: ANSWER_WITHIN }
        const { status, headers, value: poll } = await exchange<Poll>('GET', pollPath(pollId), call).catch(refusedToo)
        const now = headers.get('live-poll-now') ?? ''
        clock.take(now)
        if (status === 304) return
        if (voterId && (isAnew || poll.epoch !== shown?.epoch)) vote = await ownVote(pollId)
        if (signal.aborted) return
        etag = headers.get('etag')
        tell({ type: 'poll', poll, vote, now })
      },
      takeStream() {
        if (streams >= MOST_STREAMS) return false
        streams++
        return true
      },
      returnStream: () => void streams--,
      onMessage: tell,
      onTransport(transport) {
        isStreaming = transport === 'sse'
        if (feeds.get(pollId) === watched) onTransport(pollId, transport)
      },
    })
    const watched: WatchedFeed = {
      ...feed,
      // The server settles at the start of a stream whether this viewer sees results.
      voted: () => (!isStreaming || shown?.showResults === 'after-vote') && feed.restart(),
    }
    feeds.set(pollId, watched)
  }

  async function ownVote(pollId: string): Promise<Vote | null> {
    try {
      return (await exchange<Vote>('GET', pollPath(pollId, '/vote'), credentials())).value
    } catch (reason) {
      if ((reason as PollError).code === 'NOT_FOUND') return null
      throw reason
    }
  }

  async function cast({ voteId, pollId, choices, revision, epoch }: VoteMessage): Promise<void> {
    try {
      const call = choices
        ? exchange<VoteReceipt>('PUT', pollPath(pollId, '/vote'), {
            ...credentials(),
            body: { voteId, choices, revision, epoch },
          })
        : exchange<VoteReceipt>('DELETE', pollPath(pollId, `/vote${query({ voteId, revision, epoch })}`), credentials())
      const { value: receipt } = await call
      if (isClosed) return
      onMessage({ type: 'voted', pollId, ...receipt })
      wasRefused = false
      feeds.get(pollId)?.voted()
    } catch (reason) {
      if (isClosed) return
      const { code, message, details } = reason as PollError
      const { requestId, ...rest } = details
      onMessage({ ...rest, type: 'rejected', voteId, pollId, code, message })
    }
  }

  queueMicrotask(() => isClosed || hello()) // not before the caller has what this returns
  return {
    get isReady() {
      return isReady
    },
    send(message) {
      if (message.type === 'hello') void hello()
      else if (!isReady) return false
      else if (message.type === 'watch') watch(message.pollId)
      else if (message.type === 'vote') void cast(message)
      else if (message.type === 'unwatch') {
        feeds.get(message.pollId)?.close()
        feeds.delete(message.pollId)
      }
      return true
    },
    wake() {
      if (!isReady) void hello()
    },
    close() {
      isClosed = true
      turn++
      clearTimeout(retryTimer)
      for (const feed of feeds.values()) feed.close()
      feeds.clear()
    },
  }
}
