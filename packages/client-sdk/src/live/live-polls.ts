import type { PollApi } from '../http/poll-api.ts'
import { PollError } from '../protocol/errors.ts'
import type { HelloMessage, ServerMessage, VoteMessage } from '../protocol/messages.ts'
import type { VoteReceipt } from '../protocol/models.ts'
import { backoff } from './backoff.ts'
import type { ChannelUrls } from './channel-urls.ts'
import { createConnection, type WebSocketConstructor } from './connection.ts'
import { createOwnVotes } from './own-votes.ts'
import { createPendingVotes } from './pending-votes.ts'
import type { Voter } from './voter.ts'
import { createWatchedPolls, type PollListener } from './watched-polls.ts'

export interface LivePollsOptions {
  readonly api: PollApi
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
const RETRY_AFTER = 1000

export function createLivePolls({ api, voter, urls, WebSocket }: LivePollsOptions): LivePolls {
  let voterId: string | null = null
  let isSigningIn = false
  let signInAttempt = 0
  let signInTimer: ReturnType<typeof setTimeout> | undefined
  let lingerTimer: ReturnType<typeof setTimeout> | undefined

  const connection = createConnection({
    WebSocket,
    async prepare(wasRefused) {
      if (wasRefused) await replaceVoter()
      await polls.load()
      return polls.isNeeded ? { url: urls.current(), hello: hello() } : null
    },
    onMessage,
    onDown(wasReady) {
      if (!wasReady) urls.failed()
      down()
    },
    onStopped(error) {
      down()
      polls.failed(error)
      rejectVotes(error)
    },
  })
  const polls = createWatchedPolls({
    async getPoll(pollId) {
      const poll = await api.getPoll(pollId)
      urls.found(poll.channelUrl)
      return poll
    },
    send: connection.send,
  })
  const pending = createPendingVotes()
  const votes = createOwnVotes(polls, pending.cast)
  const sendVote = (message: VoteMessage) => void connection.send(message)

  function hello(): HelloMessage {
    const token = voter.token()
    return token === null ? { type: 'hello' } : { type: 'hello', token }
  }

  /** Without a voter one can still watch, so a failure here is only met again by the next vote. */
  async function replaceVoter(): Promise<void> {
    voter.refused()
    await voter.admit().catch(() => {})
  }

  function onMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        welcomed(message.voterId)
        break
      case 'voted':
      case 'rejected':
        pending.answered(message)
        break
      case 'poll':
        urls.found(message.poll.channelUrl)
        polls.receive(message)
        votes.advance(message.poll.id)
        break
      case 'error':
        if (message.pollId === undefined) refused(message.code, message.retryAfter)
        else polls.receive(message)
        break
      default:
        polls.receive(message)
    }
  }

  function welcomed(admitted: string | null): void {
    voterId = admitted
    isSigningIn = false
    if (voterId !== null) pending.connected(sendVote)
    polls.connected(voterId)
    signInIfNeeded()
  }

  /** A connection starts as nobody's; it becomes a voter's with the first vote. */
  function signInIfNeeded(): void {
    if (voterId === null && votes.areWaiting && connection.isReady && !isSigningIn) void signIn()
  }

  async function signIn(): Promise<void> {
    isSigningIn = true
    clearTimeout(signInTimer)
    try {
      // After a reconnection in the meantime, that hello already named the new token.
      const message: HelloMessage = voter.token() === null ? { type: 'hello', ticket: await voter.admit() } : hello()
      if (voterId === null && connection.send(message)) signInAttempt = 0
      else isSigningIn = false
    } catch (error) {
      isSigningIn = false
      if (error instanceof PollError && error.retryable) {
        signInTimer = setTimeout(signInIfNeeded, (error.details.retryAfter ?? 0) + backoff(signInAttempt++))
      } else {
        votes.rejectAll(error as PollError)
      }
    }
  }

  /** An error that names no poll: after `RATE_LIMITED`, whatever was dropped is said again. */
  function refused(code: string, retryAfter = RETRY_AFTER): void {
    if (code !== 'RATE_LIMITED') return
    isSigningIn = false
    clearTimeout(signInTimer)
    signInTimer = setTimeout(
      () => {
        polls.askAgain()
        signInIfNeeded()
      },
      retryAfter * (1 + Math.random()),
    )
  }

  function down(): void {
    voterId = null
    isSigningIn = false
    pending.disconnected()
    polls.disconnected()
  }

  function rejectVotes(reason: PollError): void {
    votes.rejectAll(reason)
    pending.rejectAll(reason)
  }

  function closeWhenIdle(): void {
    clearTimeout(lingerTimer)
    if (polls.isNeeded) return
    lingerTimer = setTimeout(() => {
      if (polls.isNeeded) return
      connection.disconnect()
      down()
    }, LINGER)
  }

  return {
    watch(pollId, listener) {
      const unwatch = polls.watch(pollId, listener)
      connection.connect()
      return () => {
        unwatch()
        closeWhenIdle()
      }
    },
    vote(pollId, choices) {
      const receipt = votes.vote(pollId, choices)
      connection.connect()
      signInIfNeeded()
      return receipt.finally(closeWhenIdle)
    },
    close() {
      connection.disconnect()
      clearTimeout(signInTimer)
      clearTimeout(lingerTimer)
      rejectVotes(new PollError('UNAVAILABLE', {}, 'The poll client was closed.'))
      down()
    },
  }
}
