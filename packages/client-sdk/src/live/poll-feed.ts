import type { ServerMessage } from '../protocol/messages.ts'
import type { PollError } from '../protocol/poll-error.ts'
import type { Retries } from './backoff.ts'
import { createEventReader } from './event-stream.ts'
import type { Transport } from './watched-poll.ts'

export interface PollFeedOptions {
  readonly pollId: string
  readonly retries: Retries
  decode(text: string): ServerMessage | null
  /** Opens the stream of the poll. */
  open(signal: AbortSignal): Promise<Response>
  /**
   * Asks for the poll, and passes it on if it has changed since this feed last asked.
   * @param isAnew pass it on in any case, with the own vote
   */
  read(isAnew: boolean, signal: AbortSignal): Promise<void>
  /** Takes one of the few streams that may be open at once; false when there is none left. */
  takeStream(): boolean
  returnStream(): void
  onMessage(message: ServerMessage): void
  onTransport(transport: Transport): void
}

/** News of one poll over HTTP: by a stream where one can be had, else by asking every 5 s. */
export interface PollFeed {
  /** Begins anew, so that the poll and the own vote are said again, to the viewer as the server knows them then. */
  restart(): void
  close(): void
}

/**
 * `live`: it said something. `spoilt`: something between held it back, or answered in its place. `refused`: it was not
 * there, for which the server or the line may be to blame.
 */
type HowStreamWas = 'live' | 'spoilt' | 'refused'

const ASK_EVERY = 5000
/** A stream that says nothing for so long is held back on its way, by a proxy that collects whole answers. */
const FIRST_WITHIN = 5000
/** The server sends a comment every 15 s. */
const SILENT_AFTER = 35_000
const STREAM_AGAIN_AFTER = 60_000

export function createPollFeed(options: PollFeedOptions): PollFeed {
  const { pollId, retries, decode, onMessage, onTransport } = options
  let round = new AbortController()
  let isClosed = false
  let isAnew = true
  let streamAgainAt = 0

  async function run(): Promise<void> {
    while (!isClosed) {
      round = new AbortController()
      const { signal } = round
      const wait = await takeTurn(signal)
      if (!signal.aborted) await pause(wait, signal)
    }
  }

  /** @returns how long to wait before the next turn, in ms */
  async function takeTurn(signal: AbortSignal): Promise<number> {
    const startedAt = performance.now()
    let wasStream: HowStreamWas | undefined
    if (startedAt >= streamAgainAt && options.takeStream()) {
      wasStream = await stream(signal).finally(options.returnStream)
      if (signal.aborted) return 0
      if (wasStream === 'live') {
        onTransport('none')
        retries.hurry(performance.now() - startedAt)
        return retries.next()
      }
      streamAgainAt = performance.now() + STREAM_AGAIN_AFTER
    }
    try {
      await options.read(isAnew, signal)
      if (signal.aborted) return 0
      isAnew = false
      retries.hurry()
      onTransport('polling')
      return ASK_EVERY
    } catch (reason) {
      if (signal.aborted) return 0
      const { code, message, details, retryable } = reason as PollError
      onTransport('none')
      // Nothing came through, or the server gave neither: that says nothing about streams. What spoils them is still there.
      if (code === 'UNAVAILABLE' && (wasStream === 'refused' || !details.requestId)) streamAgainAt = 0
      if (code === 'POLL_NOT_FOUND') close()
      if (!retryable) onMessage({ type: 'error', code, message, pollId })
      return details?.retryAfter ?? retries.next()
    }
  }

  /** Resolves when the stream has ended. */
  async function stream(signal: AbortSignal): Promise<HowStreamWas> {
    const ended = new AbortController()
    const end = () => ended.abort()
    signal.addEventListener('abort', end)
    let isLive = false
    let isSpoilt = false
    let silence = setTimeout(() => {
      isSpoilt = true
      end()
    }, FIRST_WITHIN)
    let drained: ReturnType<typeof setTimeout> | undefined
    const hear = createEventReader((data) => {
      const message = decode(data)
      if (!message || ended.signal.aborted) return
      if (!isLive) onTransport('sse')
      isLive = true
      if (message.type === 'drain') drained ??= setTimeout(end, Math.random() * message.spread)
      else if (message.type !== 'welcome') onMessage(message)
      if (message.type === 'error' && message.code === 'POLL_NOT_FOUND') close()
    })
    try {
      const response = await options.open(ended.signal)
      const reader = isEventStream(response) ? response.body?.getReader() : undefined
      if (!reader) return response.ok ? 'spoilt' : 'refused'
      ended.signal.addEventListener('abort', () => void reader.cancel().catch(() => {}))
      const decoder = new TextDecoder()
      while (!ended.signal.aborted) {
        const { done, value } = await reader.read()
        if (done) break
        hear(decoder.decode(value, { stream: true }))
        if (!isLive) continue
        clearTimeout(silence)
        silence = setTimeout(end, SILENT_AFTER)
      }
    } catch {
      // A stream ends in many ways; what follows is the same.
    } finally {
      clearTimeout(silence)
      clearTimeout(drained)
      signal.removeEventListener('abort', end)
      end()
    }
    if (isLive) return 'live'
    return isSpoilt ? 'spoilt' : 'refused'
  }

  function close(): void {
    isClosed = true
    round.abort()
  }

  void run()
  return {
    restart() {
      isAnew = true
      retries.hurry()
      round.abort()
    },
    close,
  }
}

function isEventStream({ ok, headers }: Response): boolean {
  return ok && (headers.get('content-type') ?? '').startsWith('text/event-stream')
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
