import { attempt } from '../protocol/attempt.ts'
import { finalCodes } from '../protocol/close-codes.ts'
import { decodeServerMessage, encode } from '../protocol/codec.ts'
import { type ClientMessage, type HelloMessage, type ServerMessage, SUBPROTOCOL } from '../protocol/messages.ts'
import { PollError } from '../protocol/poll-error.ts'
import { createRetries } from './backoff.ts'

/** What is used of a WebSocket: the browser's and the one of `ws` both fit. */
export interface WebSocketLike {
  onopen: unknown
  onmessage: unknown
  onclose: unknown
  onerror: unknown
  send(text: string): void
  close(): void
}

/** A `WebSocket` as browsers have it; that of `ws`, say, where there is none. */
export type WebSocketConstructor = new (url: string, protocol: string) => WebSocketLike

export interface ConnectionOptions {
  /** None is like one that never opens. */
  readonly WebSocket: WebSocketConstructor | undefined
  /**
   * Asked before every attempt: where to, and as whom. Null means that nobody needs a connection now.
   * After a rejection it is asked again later, but for a `PollError` that is not retryable: that stops the connection.
   * @param wasRefused The credentials of the last attempt were refused (4401). Refused again, the connection stops.
   */
  prepare(wasRefused: boolean): Promise<{ readonly url: string; readonly hello: HelloMessage } | null>
  /** Every message but `pong` and `drain`; a `welcome` first. */
  onMessage(message: ServerMessage): void
  /** The line is down and will be tried again. `wasReached` is false when no server answered the attempt, as far as is known. */
  onDown(wasReached: boolean): void
  /** The line is down and stays down until `connect` is called again. */
  onStopped(error: PollError): void
}

/** One WebSocket that keeps itself up. */
export interface Connection {
  /** Whether a `welcome` has arrived on the present socket. */
  readonly isReady: boolean
  /** Connects unless it already is, or is about to. */
  connect(): void
  /** Whether the message went out; before a `welcome` it does not. */
  send(message: ClientMessage): boolean
  /** The device may have slept, or is online again: a line that is up is proved within a second, another tried at once. */
  wake(): void
  disconnect(): void
}

/** Opens a channel, says hello, notices a dead line, and comes back with jitter after every loss but a refusal. */
export function createConnection(options: ConnectionOptions): Connection {
  /** This code, and those above it, say that the server is there and wants to be left alone. */
  const TRY_LATER = 1013
  const PING_EVERY = 25_000
  const PONG_WITHIN = 10_000
  /** Once the device woke up: a pong takes longer on a dead line only, and an attempt if it was made before. */
  const AFTER_WAKE = 1000
  const WELCOME_WITHIN = 15_000
  /** After a loss an attempt gets this multiple of what the last good one took, so that one into the void ends early. */
  const PATIENCE = 4
  const LEAST_WELCOME_WITHIN = 2000

  let socket: WebSocketLike | null = null
  let isReady = false
  let isWanted = false
  let wasRefused = false
  let turn = 0 // of connect and disconnect: what an earlier turn still awaits is void
  let readySince = 0
  let dialledAt = 0
  let patience = WELCOME_WITHIN
  let hasHeard = false
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let lifeTimer: ReturnType<typeof setTimeout> | undefined
  const retries = createRetries()

  async function open(): Promise<void> {
    const thisTurn = ++turn
    const target = await options.prepare(wasRefused).catch((error: PollError) => error)
    if (thisTurn !== turn) return
    if (!target) isWanted = false
    else if ('url' in target) dial(target.url, target.hello)
    else if (target.retryable === false) stop(target)
    else retryIn(retries.next())
  }

  function dial(url: string, hello: HelloMessage): void {
    dialledAt = performance.now()
    const dialled = attempt(() => new (options.WebSocket as WebSocketConstructor)(url, SUBPROTOCOL))
    if (!dialled) return lost(0) // a page over https may not even try ws://
    dialled.onopen = () => dialled.send(encode(hello))
    dialled.onmessage = (event: { data: string }) => receive(event.data)
    dialled.onclose = (event: { code: number }) => lost(event.code)
    dialled.onerror = () => {} // `close` follows; without a listener `ws` would throw
    socket = dialled
    lifeTimer = setTimeout(lost, retries.isEager() ? patience : WELCOME_WITHIN, 0)
  }

  function receive(data: string): void {
    hasHeard = true
    const message = decodeServerMessage(data)
    if (!message || message.type === 'pong') return
    if (message.type === 'drain') return retryIn(Math.random() * message.spread)
    if (message.type === 'welcome' && !isReady) {
      isReady = true
      wasRefused = false
      readySince = performance.now()
      patience = Math.min(WELCOME_WITHIN, Math.max(LEAST_WELCOME_WITHIN, PATIENCE * (readySince - dialledAt)))
      clearTimeout(lifeTimer)
      lifeTimer = setTimeout(ping, PING_EVERY, PONG_WITHIN)
    }
    options.onMessage(message)
  }

  function ping(within: number): void {
    hasHeard = false
    socket?.send(encode({ type: 'ping' }))
    lifeTimer = setTimeout(() => {
      if (!hasHeard) return within === AFTER_WAKE ? retry() : lost(0)
      lifeTimer = setTimeout(ping, PING_EVERY - within, PONG_WITHIN)
    }, within)
  }

  function lost(code: number): void {
    const wasReady = isReady
    const now = performance.now()
    if (wasReady) retries.hurry(now - readySince)
    const isTold = code >= TRY_LATER
    if (isTold) retries.calm()
    dropSocket()
    const reason = finalCodes[code]
    const isFirstRefusal = reason === 'UNAUTHENTICATED' && !wasRefused
    if (reason && !isFirstRefusal) return stop(new PollError(reason))
    options.onDown(wasReady || isTold)
    wasRefused = isFirstRefusal
    // An attempt that took its time to fail has waited already.
    retryIn(isFirstRefusal ? 0 : retries.next() - (wasReady ? 0 : now - dialledAt))
  }

  /** After a `drain` the moment is already set: losing the line before it changes nothing. */
  function retryIn(ms: number): void {
    if (!isWanted || retryTimer !== undefined) return
    retryTimer = setTimeout(retry, ms)
  }

  function retry(): void {
    clearTimeout(retryTimer)
    retryTimer = undefined
    const wasReady = isReady
    dropSocket()
    if (wasReady) options.onDown(true)
    void open()
  }

  function stop(error: PollError): void {
    disconnect()
    options.onStopped(error)
  }

  function dropSocket(): void {
    clearTimeout(lifeTimer)
    isReady = false
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
    socket = null
  }

  function disconnect(): void {
    turn++
    isWanted = false
    wasRefused = false
    clearTimeout(retryTimer)
    retryTimer = undefined
    dropSocket()
  }

  return {
    get isReady() {
      return isReady
    },
    connect() {
      if (isWanted) return
      isWanted = true
      void open()
    },
    send(message) {
      if (isReady) socket?.send(encode(message))
      return isReady
    },
    wake() {
      if (!isWanted) return
      retries.hurry()
      if (isReady) {
        clearTimeout(lifeTimer)
        return ping(AFTER_WAKE)
      }
      const hangs = socket && performance.now() - dialledAt > AFTER_WAKE
      if (hangs || retryTimer !== undefined) retry()
    },
    disconnect,
  }
}
