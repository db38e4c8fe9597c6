import {
  type ClientMessage,
  closeCodes,
  type Decoded,
  decodeClientMessage,
  encode,
  type HelloMessage,
  PollError,
  pollError,
  limits as protocolLimits,
  type ServerMessage,
  type VoteReceipt,
  type VoteReply,
} from '@live-poll/client-sdk/protocol'
import type { SubmitVote } from '../actions/cast-vote.ts'
import type { VoteRequest } from '../ballot-box/prepare-vote.ts'
import { TokenBucket } from '../domain/token-bucket.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { Tokens } from '../identity/tokens.ts'
import { reach } from '../ports/failpoints.ts'
import type { Load } from '../ports/load.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { ChannelEvents, ChannelSocket } from './channel-server.ts'
import { castOver, type VoteAnswers } from './channel-vote.ts'
import { encodeVoted } from './encode-voted.ts'
import { badMessages, type ChannelLimits, closeGrace, lookEvery, refusedMessages } from './limits.ts'
import { toErrorMessage, toRejected } from './to-messages.ts'
import type { WatchedPollsParts } from './watched-polls.ts'
import { type Teller, WatchedPolls } from './watched-polls.ts'
import { askerOf, passOf, readCredential, type Shown } from './who-asks.ts'

/** What the connections of a node have in common. */
export interface ConnectionParts extends WatchedPollsParts {
  readonly submitVote: SubmitVote
  readonly tokens: Tokens
  readonly sessions: Pick<Sessions, 'hasEnded'>
  readonly limits: ChannelLimits
  readonly logger: Logger
  readonly load: Load
  readonly metrics: Pick<Metrics, 'count' | 'countBy' | 'record' | 'gauge'>
  /** The connection is closed since it reads too slowly. */
  onSlow(): void
  onClosed(connection: Connection): void
}

type Refusal = Omit<Extract<Decoded<never>, { ok: false }>, 'ok'>

const noFrames: readonly string[] = []

/** One socket's side of the protocol `live-poll.v1`. As `WatchedPolls`, it is kept small: a node has many. */
export class Connection implements ChannelEvents, Teller, VoteAnswers {
  readonly socket: ChannelSocket
  readonly parts: ConnectionParts
  readonly #watched = new WatchedPolls(this)
  /** Of whoever has said something of late. */
  #rate: TokenBucket | undefined
  readonly #openedAt = Math.trunc(performance.now()) // which needs no object of its own, as a fraction does
  #admission: Shown | undefined
  /** Whether the session of a `hello` still stands is being found out: what comes meanwhile waits. */
  #admitting: Promise<void> | undefined
  #bad = 0
  #refused = 0
  #slowSince: number | undefined
  #sentSinceLook = 0
  #state: 'open' | 'closing' | 'closed' = 'open'
  #acknowledgements = noFrames

  constructor(socket: ChannelSocket, parts: ConnectionParts) {
    this.socket = socket
    this.parts = parts
  }

  /** WebSocket servers call this from an event: what is thrown there would end the host's process. */
  message(data: Uint8Array) {
    try {
      this.#read(data)
    } catch (error) {
      this.parts.logger.error('A channel message failed.', error)
      this.close(closeCodes.TRY_LATER, 'something went wrong')
    }
  }

  binary() {
    this.close(closeCodes.BINARY, 'text messages only')
  }

  drained() {
    if (this.#state === 'open' && this.#slowSince !== undefined) this.#judgeSpeed(performance.now())
  }

  closed() {
    this.#state = 'closed'
    this.#watched.leave()
    this.parts.onClosed(this)
  }

  /** Called a few times a second: closes who has not said hello, or reads too slowly. */
  sweep(now: number) {
    if (this.#state !== 'open') return
    if (!this.#admission && now - this.#openedAt > this.parts.limits.hello) {
      return this.close(closeCodes.NO_HELLO, 'no hello')
    }
    if (this.#rate?.isFull(now)) this.#rate = undefined
    this.#judgeSpeed(now)
  }

  /** Asks the client to leave at a moment of its own within so many milliseconds. */
  drain(spread: number) {
    this.send({ type: 'drain', spread })
  }

  /** The host's session it speaks for; undefined where it is none's. */
  get session(): string | undefined {
    return passOf(this.#admission)?.session
  }

  close(code: number, reason: string) {
    if (this.#state !== 'open') return
    this.#sendAcknowledgements()
    this.#state = 'closing'
    this.#watched.leave()
    this.socket.close(code, reason)
    setTimeout(() => this.#state === 'closing' && this.socket.terminate(), closeGrace).unref()
  }

  send(message: ServerMessage) {
    this.#sendAcknowledgements()
    this.#sendFrame(encode(message))
  }

  sendFailure(cause: unknown, pollId: string) {
    const { code, details, message } = this.#toPollError(cause)
    this.send(toErrorMessage(code, { ...details, pollId }, message))
  }

  #read(data: Uint8Array) {
    if (this.#state !== 'open') return
    if (data.byteLength > protocolLimits.messageBytes) return this.close(closeCodes.TOO_BIG, 'message too big')
    const bytes = data instanceof Buffer ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    const decoded = decodeClientMessage(bytes.toString())
    if (!decoded.ok) return this.#onMalformed(decoded)
    if (!this.#isTooSoon(decoded.value)) this.#dispatch(decoded.value)
  }

  #onMalformed({ code, issues, reply }: Refusal) {
    if (++this.#bad >= badMessages) this.close(closeCodes.BAD_MESSAGES, 'too many malformed messages')
    else if (reply) this.send(toRejected(reply, pollError(code, { issues }, issues[0]?.message)))
    else this.send(toErrorMessage(code, { issues }))
  }

  /** @returns whether the message was refused for coming too soon */
  #isTooSoon(message: ClientMessage): boolean {
    if (typeof this.#admission === 'object') {
      if (this.#admission.kind === 'relay') return false
    } else if (message.type === 'hello' && (message.ticket ?? message.token) !== undefined) {
      return false // signing in happens once: it admits, or it closes the connection
    }
    this.#rate ??= new TokenBucket(this.parts.limits.messagesPerSecond, this.parts.limits.messageBurst)
    const retryAfter = this.#rate.take(performance.now())
    if (retryAfter === 0) {
      this.#refused = 0
      return false
    }
    if (++this.#refused >= refusedMessages) this.close(closeCodes.TOO_MANY, 'too many messages')
    else if (message.type === 'vote') this.send(toRejected(message, { code: 'RATE_LIMITED', details: { retryAfter } }))
    else
      this.send(toErrorMessage('RATE_LIMITED', { retryAfter, ...('pollId' in message && { pollId: message.pollId }) }))
    return true
  }

  #dispatch(message: ClientMessage) {
    if (this.#admitting) {
      return void this.#admitting.then(() => this.#state === 'open' && this.#dispatch(message))
    }
    if (message.type === 'hello') return this.#onHello(message)
    if (message.type === 'ping') return this.send({ type: 'pong' })
    if (!this.#admission) {
      const reply = message.type === 'vote' ? message : undefined
      return this.#onMalformed({ code: 'INVALID', issues: [{ path: 'type', message: 'Say hello first.' }], reply })
    }
    if (message.type === 'unwatch') return this.#watched.unwatch(message.pollId)
    const retryAfter = this.parts.load.turnsAway(message.type)
    if (message.type === 'vote') {
      if (retryAfter > 0) this.send(toRejected(message, { code: 'BUSY', details: { retryAfter } }))
      else castOver(this, this.parts.submitVote, message, this.#admission)
    } else if (retryAfter > 0) this.send(toErrorMessage('BUSY', { retryAfter, pollId: message.pollId }))
    else void this.#watched.watch(message.pollId, askerOf(this.#admission))
  }

  #onHello(hello: HelloMessage) {
    if (this.#admission && this.#admission !== 'nobody') {
      return this.send(toErrorMessage('INVALID', {}, 'This connection has said hello.'))
    }
    const shown = readCredential(hello, this.parts.tokens, this.socket.origin)
    if (!shown) return this.#notAdmitted()
    const session = shown === 'nobody' || shown.kind === 'relay' ? undefined : shown.session
    if (!session) return this.#admit(shown)
    this.#admitting = this.parts.sessions
      .hasEnded(session)
      .then((hasEnded) => (hasEnded ? this.#notAdmitted() : this.#admit(shown)))
      .catch((error) => {
        this.parts.logger.error('Whether a session has ended could not be found out.', error)
        this.close(closeCodes.TRY_LATER, 'not ready')
      })
      .finally(() => {
        this.#admitting = undefined
      })
  }

  #notAdmitted() {
    this.close(closeCodes.NOT_ADMITTED, 'the ticket or token is not valid')
  }

  #admit(shown: Shown) {
    this.#admission = shown
    this.send({ type: 'welcome', voterId: passOf(shown)?.voter.id ?? null })
  }

  sendReceipt({ pollId, choices, voter, isTrusted }: VoteRequest, receipt: VoteReceipt, readAt: number) {
    FAILPOINT: reach('beforeAck')
    const { voteId, revision, epoch, duplicate } = receipt
    const named = isTrusted ? voter.id : undefined // by its relay
    const frame = encodeVoted({ type: 'voted', voteId, pollId, revision, epoch, duplicate, voter: named })
    this.parts.metrics.record('live_poll_ack_seconds', (performance.now() - readAt) / 1000)
    if (isTrusted) return this.#acknowledge(frame)
    this.#sendFrame(frame) // before any results that it lets its voter see
    FAILPOINT: reach('afterAck')
    this.#watched.acknowledged(pollId, { epoch, revision, choices })
  }

  sendRejection(vote: VoteReply, cause: unknown) {
    this.send(toRejected(vote, this.#toPollError(cause)))
  }

  /** A batch answers many votes of a relay at once: their frames go out together. */
  #acknowledge(frame: string) {
    if (this.#acknowledgements === noFrames) {
      this.#acknowledgements = []
      process.nextTick(() => this.#sendAcknowledgements()) // after all promises of the batch
    }
    ;(this.#acknowledgements as string[]).push(frame)
  }

  #sendAcknowledgements() {
    const frames = this.#acknowledgements
    if (frames.length === 0) return
    this.#acknowledgements = noFrames
    if (frames.length === 1) this.#sendFrame(frames[0] as string)
    else {
      this.socket.cork(() => {
        for (const frame of frames) this.#sendFrame(frame)
      })
    }
    FAILPOINT: reach('afterAck')
  }

  #sendFrame(frame: string) {
    if (this.#state !== 'open') return
    if (this.socket.send(frame) === false) return this.#closeSlow()
    this.#sentSinceLook += frame.length
    if (this.#sentSinceLook < lookEvery) return
    this.#sentSinceLook = 0
    const { slowBytes } = this.parts.limits
    if (this.#slowSince === undefined && this.socket.buffered() > slowBytes) this.#judgeSpeed(performance.now())
  }

  /** Anything unexpected is `INTERNAL` on the wire and whole in the log. */
  #toPollError(error: unknown): PollError {
    if (error instanceof PollError) return error
    this.parts.logger.error('A channel message failed.', error)
    return pollError('INTERNAL')
  }

  /** A slow socket gets no snapshots; what it missed is owed, and one newest snapshot a poll pays for all. */
  #judgeSpeed(now: number) {
    const { slowBytes, slowTime, fullBytes } = this.parts.limits
    const buffered = this.socket.buffered()
    if (buffered >= fullBytes) return this.#closeSlow()
    if (buffered > slowBytes) {
      if (this.#slowSince === undefined) this.#watched.pause()
      this.#slowSince ??= now
      if (now - this.#slowSince > slowTime) this.#closeSlow()
    } else if (this.#slowSince !== undefined) {
      this.#slowSince = undefined
      this.#watched.resume()
    }
  }

  #closeSlow() {
    this.parts.onSlow()
    this.close(closeCodes.TOO_SLOW, 'reads too slowly')
  }
}
