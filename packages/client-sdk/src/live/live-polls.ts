import type { Answer } from '../http/request.ts'
import { decodeServerMessage } from '../protocol/codec.ts'
import type { ServerMessage, VoteMessage } from '../protocol/messages.ts'
import type { Poll, VoteReceipt } from '../protocol/models.ts'
import { PollError } from '../protocol/poll-error.ts'
import { backoff, createRetries } from './backoff.ts'
import type { ChannelUrls } from './channel-urls.ts'
import { createConnection, type WebSocketConstructor } from './connection.ts'
import type { LowerRungs, LowerRungsServer } from './lower-rungs.ts'
import { onWake } from './on-wake.ts'
import { createPendingVotes } from './pending-votes.ts'
import { createServerClock } from './server-clock.ts'
import { createVoteId } from './vote-id.ts'
import type { Voter } from './voter.ts'
import type { PollListener } from './watched-poll.ts'
import { createWatchedPolls } from './watched-polls.ts'

export interface LivePollsOptions {
  getPoll(pollId: string): Promise<Answer<Poll>>
  readonly lowerRungs: LowerRungsServer
  readonly voter: Voter
  readonly urls: ChannelUrls
  readonly WebSocket: WebSocketConstructor
}

/** Everything one page shows and votes on, over one connection. */
export interface LivePolls {
  watch(pollId: string, listener: PollListener): () => void
  vote(pollId: string, choices: readonly number[] | null): Promise<VoteReceipt>
  close(): void
}

/** How long the connection outlives the last watched poll, in ms: a page that changes views needs it again at once. */
const LINGER = 10_000

export function createLivePolls({ getPoll, lowerRungs, voter, urls, WebSocket }: LivePollsOptions): LivePolls {
  let voterId: string | null = null
  let isSigningIn = false
  let failedSignIns = 0
  let signInTimer: ReturnType<typeof setTimeout> | undefined
  let lingerTimer: ReturnType<typeof setTimeout> | undefined
  /** What serves while no WebSocket opens. */
  let lower: LowerRungs | null = null
  /** Of `descend` and `ascend`: a module that is still loading when the line is back is not used. */
  let descent = 0
  const clock = createServerClock()

  const connection = createConnection({
    WebSocket,
    async prepare(wasRefused) {
      if (wasRefused) {
        voter.refused()
        await voter.admit().catch(() => {}) // one can watch as nobody; the next vote meets the same failure
      }
      await polls.load()
      return polls.isNeeded ? { url: urls.current(), hello: { type: 'hello', token: voter.token() } } : null
    },
    onMessage(message) {
      if (message.type === 'welcome') {
        urls.reached()
        ascend()
      }
      onMessage(message)
    },
    onDown(wasReached) {
      if (wasReached) urls.reached()
      else if (urls.failed()) void descend()
      if (!lower) down()
    },
    onStopped(error) {
      ascend()
      down()
      votes.rejectAll(error)
    },
  })
  const polls = createWatchedPolls({
    clock,
    async getPoll(pollId) {
      const askedAt = performance.now()
      const { value: poll, headers } = await getPoll(pollId)
      const now = headers.get('live-poll-now') ?? ''
      clock.take(now, askedAt)
      urls.found(poll.channelUrl)
      return { type: 'poll', poll, vote: null, now }
    },
    send: (message) => connection.send(message) || (lower?.send(message) ?? false),
  })
  const votes = createPendingVotes()
  const sendVote = (message: VoteMessage) => void (connection.send(message) || lower?.send(message))
  const stopWaking = onWake(() => {
    connection.wake()
    lower?.wake()
    polls.wake()
  })

  function onMessage(message: ServerMessage): void {
    if (message.type === 'welcome') {
      voterId = message.voterId
      isSigningIn = false
      if (voterId !== null) votes.connected(sendVote)
      polls.connected(voterId, connection.isReady ? 'websocket' : undefined)
      void signIn()
    } else if (message.type === 'voted' || message.type === 'rejected') {
      votes.answered(message)
    } else {
      polls.receive(message)
      votes.advance()
    }
  }

  /** No WebSocket opens: HTTP serves until one does. Its module is loaded by the few who need it. */
  async function descend(): Promise<void> {
    if (lower) return
    const thisDescent = ++descent
    const module = await import('./lower-rungs.ts').catch(() => null) // the next failure asks for it again
    if (!module || thisDescent !== descent) return
    lower = module.createLowerRungs({
      ...lowerRungs,
      createRetries,
      decode: decodeServerMessage,
      voter,
      clock,
      onMessage,
      onTransport: polls.arrives,
    })
  }

  function ascend(): void {
    descent++
    lower?.close()
    lower = null
  }

  /** A connection starts as nobody's; it becomes a voter's, once, with the first vote. */
  async function signIn(): Promise<void> {
    const isUp = connection.isReady || lower?.isReady
    if (voterId !== null || votes.size === 0 || !isUp || isSigningIn) return
    isSigningIn = true
    clearTimeout(signInTimer)
    try {
      const token = voter.token()
      const ticket = token ? undefined : (await voter.admit()).ticket
      // A connection made in the meantime said the new token in its own hello.
      if (voterId === null) connection.send({ type: 'hello', token, ticket }) || lower?.send({ type: 'hello' })
      failedSignIns = 0
    } catch (reason) {
      isSigningIn = false
      const error = reason as PollError
      if (error.retryable) signInTimer = setTimeout(signIn, error.details.retryAfter ?? backoff(failedSignIns++))
      else votes.rejectAll(error)
    }
  }

  async function vote(pollId: string, given: readonly number[] | null): Promise<VoteReceipt> {
    const voteId = createVoteId()
    const choices = given && [...given].sort((a, b) => a - b) // the caller may go on changing its own array
    let sentIn: number | undefined
    const receipt = votes.cast({ voteId, pollId, choices }, () => {
      const replaced = polls.replaced(pollId)
      sentIn = replaced?.epoch
      return replaced
    })
    const unwatch = watch(pollId, ({ status, error }) => {
      if (error && (status === 'not-found' || !error.retryable)) votes.refuse(voteId, error)
    })
    const hidePending = polls.showPending(pollId, choices)
    void signIn()
    try {
      const { revision, epoch } = await receipt
      polls.committed(pollId, { voteId, choices, revision }, epoch)
      return receipt
    } catch (reason) {
      const { code, details } = reason as PollError
      if (details.vote && sentIn !== undefined) polls.committed(pollId, details.vote, sentIn)
      if (showsOldState.has(code)) polls.refresh(pollId, details.vote !== undefined)
      throw reason
    } finally {
      hidePending()
      unwatch()
    }
  }

  function watch(pollId: string, listener: PollListener): () => void {
    const unwatch = polls.watch(pollId, listener)
    connection.connect()
    return () => {
      unwatch()
      clearTimeout(lingerTimer)
      if (connection.isReady || lower) lingerTimer = setTimeout(() => polls.isNeeded || disconnect(), LINGER)
    }
  }

  function disconnect(): void {
    connection.disconnect()
    ascend()
    down()
  }

  function down(): void {
    voterId = null
    isSigningIn = false
    votes.disconnected()
    polls.disconnected()
  }

  return {
    watch,
    vote,
    close() {
      disconnect()
      stopWaking()
      votes.rejectAll(new PollError('UNAVAILABLE', {}, 'The poll client was closed.'))
      clearTimeout(signInTimer)
      clearTimeout(lingerTimer)
    },
  }
}

/** Rejections after which what is shown is known not to be the truth. */
const showsOldState: ReadonlySet<string> = new Set(['REVISION_CONFLICT', 'ALREADY_VOTED', 'EPOCH_CHANGED'])
