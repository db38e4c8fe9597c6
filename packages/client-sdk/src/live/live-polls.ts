import type { PollApi } from '../http/poll-api.ts'
import type { ServerMessage, VoteMessage } from '../protocol/messages.ts'
import type { VoteReceipt } from '../protocol/models.ts'
import { PollError } from '../protocol/poll-error.ts'
import { backoff } from './backoff.ts'
import type { ChannelUrls } from './channel-urls.ts'
import { createConnection, type WebSocketConstructor } from './connection.ts'
import { createPendingVotes } from './pending-votes.ts'
import { createVoteId } from './vote-id.ts'
import type { Voter } from './voter.ts'
import type { PollListener } from './watched-poll.ts'
import { createWatchedPolls } from './watched-polls.ts'

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

export function createLivePolls({ api, voter, urls, WebSocket }: LivePollsOptions): LivePolls {
  let voterId: string | null = null
  let isSigningIn = false
  let failedSignIns = 0
  let signInTimer: ReturnType<typeof setTimeout> | undefined
  let lingerTimer: ReturnType<typeof setTimeout> | undefined

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
    onMessage,
    onDown(wasReached) {
      if (!wasReached) urls.failed()
      down()
    },
    onStopped(error) {
      down()
      votes.rejectAll(error)
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
  const votes = createPendingVotes()
  const sendVote = (message: VoteMessage) => void connection.send(message)

  function onMessage(message: ServerMessage): void {
    if (message.type === 'welcome') {
      voterId = message.voterId
      isSigningIn = false
      if (voterId !== null) votes.connected(sendVote)
      polls.connected(voterId)
      void signIn()
    } else if (message.type === 'voted' || message.type === 'rejected') {
      votes.answered(message)
    } else if (message.type !== 'pong' && message.type !== 'drain') {
      polls.receive(message)
      votes.advance()
    }
  }

  /** A connection starts as nobody's; it becomes a voter's, once, with the first vote. */
  async function signIn(): Promise<void> {
    if (voterId !== null || votes.size === 0 || !connection.isReady || isSigningIn) return
    isSigningIn = true
    clearTimeout(signInTimer)
    try {
      const token = voter.token()
      const ticket = token ? undefined : await voter.admit()
      // A connection made in the meantime said the new token in its own hello.
      if (voterId === null) connection.send({ type: 'hello', token, ticket })
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
    const receipt = votes.cast({ voteId, pollId, choices }, () => polls.replaced(pollId))
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
      if (showsOldState.has((reason as PollError).code)) polls.refresh(pollId)
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
      if (connection.isReady) lingerTimer = setTimeout(() => polls.isNeeded || disconnect(), LINGER)
    }
  }

  function disconnect(): void {
    connection.disconnect()
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
      votes.rejectAll(new PollError('UNAVAILABLE', {}, 'The poll client was closed.'))
      clearTimeout(signInTimer)
      clearTimeout(lingerTimer)
    },
  }
}

/** Rejections after which what is shown is known not to be the truth. */
const showsOldState: ReadonlySet<string> = new Set(['REVISION_CONFLICT', 'ALREADY_VOTED', 'EPOCH_CHANGED'])
