import {
  type ClientMessage,
  closeCodes,
  type Decoded,
  decodeClientMessage,
  type ErrorCode,
  type ErrorDetails,
  encode,
  errors,
  type HelloMessage,
  PollError,
  pollError,
  limits as protocolLimits,
  type ServerMessage,
  type VoteMessage,
} from '@live-poll/client-sdk/protocol'
import type { CastVote } from '../actions/cast-vote.ts'
import type { ReadOwn } from '../actions/read-poll.ts'
import { createTokenBucket } from '../domain/token-bucket.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { Tokens } from '../identity/tokens.ts'
import { reach } from '../ports/failpoints.ts'
import type { Load } from '../ports/load.ts'
import type { Logger } from '../ports/logger.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { ChannelEvents, ChannelSocket } from './channel-server.ts'
import { encodeVoted } from './encode-voted.ts'
import { badMessages, type ChannelLimits, refusedMessages } from './limits.ts'
import type { ResultsFeed } from './results-feed.ts'
import { createWatchedPolls } from './watched-polls.ts'
import { askerOf, passOf, requestFor, type Shown } from './who-asks.ts'

export interface ConnectionParts {
  readonly castVote: CastVote
  readonly readOwn: ReadOwn
  readonly tokens: Tokens
  readonly sessions: Pick<Sessions, 'hasEnded'>
  readonly feed: ResultsFeed
  readonly limits: ChannelLimits
  readonly logger: Logger
  readonly load: Load
  readonly metrics: Pick<Metrics, 'count' | 'countBy' | 'record' | 'gauge'>
  /** The connection is closed since it reads too slowly. */
  onSlow(): void
}

export interface Connection extends ChannelEvents {
  /** Called a few times a second: closes who has not said hello, or reads too slowly. */
  sweep(now: number): void
  /** Asks the client to leave at a moment of its own within so many milliseconds. */
  drain(spread: number): void
  /** The host's session it speaks for; undefined where it is none's. */
  session(): string | undefined
  close(code: number, reason: string): void
}

type Refusal = Omit<Extract<Decoded<never>, { ok: false }>, 'ok'>

/** Milliseconds between asking a socket to close and ending it. */
const closeGrace = 1000

/** UTF-16 code units sent until it is looked whether they are read. */
const lookEvery = 16 * 1024

/** One socket's side of the protocol `live-poll.v1`. */
export function createConnection(socket: ChannelSocket, parts: ConnectionParts): Connection {
  const { limits, metrics } = parts
  const openedAt = performance.now()
  const rate = createTokenBucket(limits.messagesPerSecond, limits.messageBurst)
  let admission: Shown | undefined
  /** Whether the session of a `hello` still stands is being found out: what comes meanwhile waits. */
  let admitting: Promise<void> | undefined
  let bad = 0
  let refused = 0
  let slowSince: number | undefined
  let sentSinceLook = 0
  let state: 'open' | 'closing' | 'closed' = 'open'
  let acknowledgements: string[] = []
  const watched = createWatchedPolls(socket, {
    readOwn: parts.readOwn,
    feed: parts.feed,
    most: limits.watchedPolls,
    send,
    sendError(cause, pollId) {
      const { code, details, message } = toPollError(cause)
      sendError(code, { ...details, pollId }, message)
    },
  })

  function send(message: ServerMessage) {
    if (acknowledgements.length > 0) sendAcknowledgements()
    sendFrame(encode(message))
  }

  /** A batch answers many votes of a relay at once: their frames go out together. */
  function acknowledge(frame: string) {
    acknowledgements.push(frame)
    if (acknowledgements.length === 1) process.nextTick(sendAcknowledgements) // after all promises of the batch
  }

  function sendAcknowledgements() {
    const frames = acknowledgements
    acknowledgements = []
    if (frames.length === 1) sendFrame(frames[0] as string)
    else if (frames.length > 1) socket.cork(() => frames.forEach(sendFrame))
    FAILPOINT: if (frames.length > 0) reach('afterAck')
  }

  function sendFrame(frame: string) {
    if (state !== 'open') return
    if (socket.send(frame) === false) return closeSlow()
    sentSinceLook += frame.length
    if (sentSinceLook < lookEvery) return
    sentSinceLook = 0
    if (slowSince === undefined && socket.buffered() > limits.slowBytes) judgeSpeed(performance.now())
  }

  function sendError(code: ErrorCode, details: ErrorDetails & { pollId?: string } = {}, message?: string) {
    const { retryAfter, pollId, issues } = details
    send({ type: 'error', code, message: message ?? issues?.[0]?.message ?? errors[code].message, pollId, retryAfter })
  }

  function reject({ voteId, pollId }: { voteId: string; pollId: string }, error: PollError) {
    const { retryAfter, revision, vote, epoch, issues } = error.details
    send({
      type: 'rejected',
      voteId,
      pollId,
      code: error.code,
      message: error.message,
      issues,
      retryAfter,
      revision,
      vote,
      epoch,
    })
  }

  /** Anything unexpected is `INTERNAL` on the wire and whole in the log. */
  function toPollError(error: unknown): PollError {
    if (error instanceof PollError) return error
    parts.logger.error('A channel message failed.', error)
    return pollError('INTERNAL')
  }

  function close(code: number, reason: string) {
    if (state !== 'open') return
    sendAcknowledgements()
    state = 'closing'
    watched.leave()
    socket.close(code, reason)
    setTimeout(() => state === 'closing' && socket.terminate(), closeGrace).unref()
  }

  function onMalformed({ code, issues, reply }: Refusal) {
    if (++bad >= badMessages) close(closeCodes.BAD_MESSAGES, 'too many malformed messages')
    else if (reply) reject(reply, pollError(code, { issues }, issues[0]?.message))
    else sendError(code, { issues })
  }

  function onHello(hello: HelloMessage) {
    if (admission && admission !== 'nobody') return sendError('INVALID', {}, 'This connection has said hello.')
    const shown = readCredential(hello)
    if (!shown) return notAdmitted()
    const session = shown === 'nobody' || shown.kind === 'relay' ? undefined : shown.session
    if (!session) return admit(shown)
    admitting = parts.sessions
      .hasEnded(session)
      .then((hasEnded) => (hasEnded ? notAdmitted() : admit(shown)))
      .catch((error) => {
        parts.logger.error('Whether a session has ended could not be found out.', error)
        close(closeCodes.TRY_LATER, 'not ready')
      })
      .finally(() => {
        admitting = undefined
      })
  }

  function readCredential({ ticket, token }: HelloMessage): Shown | undefined {
    if (ticket !== undefined) return parts.tokens.readTicket(ticket, socket.origin)
    if (token === undefined) return 'nobody'
    const pass = parts.tokens.readVoterToken(token)
    return pass && { kind: 'voter', ...pass }
  }

  function notAdmitted() {
    close(closeCodes.NOT_ADMITTED, 'the ticket or token is not valid')
  }

  function admit(shown: Shown) {
    admission = shown
    send({ type: 'welcome', voterId: passOf(shown)?.voter.id ?? null })
  }

  async function onVote(vote: VoteMessage) {
    const readAt = performance.now()
    try {
      const { pollId, choices, voter } = vote
      const receipt = await parts.castVote(requestFor(vote, admission))
      FAILPOINT: reach('beforeAck')
      const { voteId, revision, epoch, duplicate } = receipt
      acknowledge(encodeVoted({ type: 'voted', voteId, pollId, revision, epoch, duplicate, voter }))
      metrics.record('live_poll_ack_seconds', (performance.now() - readAt) / 1000)
      if (voter !== undefined) return
      sendAcknowledgements() // before any results that it lets its voter see
      watched.acknowledged(pollId, { epoch, revision, choices })
    } catch (error) {
      reject(vote, toPollError(error))
    }
  }

  function dispatch(message: ClientMessage) {
    if (admitting) return void admitting.then(() => state === 'open' && dispatch(message))
    if (message.type === 'hello') return onHello(message)
    if (message.type === 'ping') return send({ type: 'pong' })
    if (!admission) {
      const reply = message.type === 'vote' ? message : undefined
      return onMalformed({ code: 'INVALID', issues: [{ path: 'type', message: 'Say hello first.' }], reply })
    }
    if (message.type === 'unwatch') return watched.unwatch(message.pollId)
    const retryAfter = parts.load.turnsAway(message.type)
    if (message.type === 'vote') {
      if (retryAfter > 0) reject(message, pollError('BUSY', { retryAfter }))
      else void onVote(message)
    } else if (retryAfter > 0) sendError('BUSY', { retryAfter, pollId: message.pollId })
    else void watched.watch(message.pollId, askerOf(admission))
  }

  /** @returns whether the message was refused for coming too soon */
  function isTooSoon(message: ClientMessage): boolean {
    if (typeof admission === 'object') {
      if (admission.kind === 'relay') return false
    } else if (message.type === 'hello' && (message.ticket ?? message.token) !== undefined) {
      return false // signing in happens once: it admits, or it closes the connection
    }
    const retryAfter = rate.take(performance.now())
    if (retryAfter === 0) {
      refused = 0
      return false
    }
    if (++refused >= refusedMessages) close(closeCodes.TOO_MANY, 'too many messages')
    else if (message.type === 'vote') reject(message, pollError('RATE_LIMITED', { retryAfter }))
    else sendError('RATE_LIMITED', { retryAfter, ...('pollId' in message && { pollId: message.pollId }) })
    return true
  }

  /** A slow socket gets no snapshots; what it missed is owed, and one newest snapshot a poll pays for all. */
  function judgeSpeed(now: number) {
    const buffered = socket.buffered()
    if (buffered >= limits.fullBytes) return closeSlow()
    if (buffered > limits.slowBytes) {
      if (slowSince === undefined) watched.pause()
      slowSince ??= now
      if (now - slowSince > limits.slowTime) closeSlow()
    } else if (slowSince !== undefined) {
      slowSince = undefined
      watched.resume()
    }
  }

  function closeSlow() {
    parts.onSlow()
    close(closeCodes.TOO_SLOW, 'reads too slowly')
  }

  return {
    message(data) {
      if (state !== 'open') return
      if (data.byteLength > protocolLimits.messageBytes) return close(closeCodes.TOO_BIG, 'message too big')
      const decoded = decodeClientMessage(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString())
      if (!decoded.ok) return onMalformed(decoded)
      if (!isTooSoon(decoded.value)) dispatch(decoded.value)
    },
    binary: () => close(closeCodes.BINARY, 'text messages only'),
    drained: () => state === 'open' && slowSince !== undefined && judgeSpeed(performance.now()),
    closed() {
      state = 'closed'
      watched.leave()
    },
    sweep(now) {
      if (state !== 'open') return
      if (!admission && now - openedAt > limits.hello) return close(closeCodes.NO_HELLO, 'no hello')
      judgeSpeed(now)
    },
    drain: (spread) => send({ type: 'drain', spread }),
    session: () => passOf(admission)?.session,
    close,
  }
}
