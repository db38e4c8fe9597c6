import { decodeServerMessage } from '../protocol/codec.ts'
import type { ClientMessage, PollMessage, ServerMessage } from '../protocol/messages.ts'
import type { Poll, VoteReceipt } from '../protocol/models.ts'
import { PollError } from '../protocol/poll-error.ts'
import { createRetries } from './backoff.ts'
import { createChannelUrls } from './channel-urls.ts'
import { createConnection, type WebSocketConstructor } from './connection.ts'
import type { LowerRungs, LowerRungsServer } from './lower-rungs.ts'
import { onWake } from './on-wake.ts'
import { createPendingVotes } from './pending-votes.ts'
import { createServerClock } from './server-clock.ts'
import { createVoteId } from './vote-id.ts'
import type { Voter } from './voter.ts'
import type { VoterClient } from './voter-client.ts'
import type { PollListener } from './watched-poll.ts'
import { createWatchedPolls } from './watched-polls.ts'
import type { Visitor } from './who-votes.ts'

export interface LivePollsOptions extends LowerRungsServer {
  /** With which polls are asked for over HTTP. */
  readonly token: string | undefined
  readonly voter: Voter
  readonly captcha: Visitor['captcha']
  /** Where there is none, the lower rungs serve. */
  readonly WebSocket: WebSocketConstructor | undefined
}

/** How long the connection outlives the last watched poll, in ms: a page that changes views needs it again at once. */
const LINGER = 10_000

/** Everything one page shows and votes on, over one connection. */
export function createLivePolls(options: LivePollsOptions): VoterClient {
  const { voter } = options
  const visitor: Visitor = { ...options, refusal: (code) => new PollError(code), fetchPoll, rejoin, stop }
  const urls = createChannelUrls(options.server)
  const clock = createServerClock()
  /** What is needed where there may be more than a device. It is loaded by the few who need it. */
  const who = (error = new PollError('UNAVAILABLE')) =>
    import('./who-votes.ts').then(
      ({ createWhoVotes }) => createWhoVotes(visitor),
      () => Promise.reject(error),
    )
  const votes = createPendingVotes(async (error) => (await who(error)).readmit(error))
  let closed: PollError | null = null
  let isSigningIn = false
  let needsCaptcha = false
  let signInTimer: ReturnType<typeof setTimeout> | undefined
  let lingerTimer: ReturnType<typeof setTimeout> | undefined
  /** What serves while no WebSocket opens. */
  let lower: LowerRungs | null = null
  /** Of `descend` and `ascend`: a module that is still loading when the line is back is not used. */
  let descent = 0

  const connection = createConnection({
    WebSocket: options.WebSocket,
    async prepare(wasRefused) {
      if (wasRefused) voter.renew()
      await polls.load()
      if (!isNeeded()) return null
      const token = voter.unsure
        ? await who()
            .then(({ lookUp }) => lookUp())
            .catch(() => undefined)
        : voter.token()
      return { url: urls.current(), hello: { type: 'hello', token } }
    },
    onMessage,
    onDown(wasReached) {
      if (!wasReached && urls.failed()) void descend()
      if (!lower) down()
    },
    onStopped: stop,
  })
  const send = (message: ClientMessage) => (lower ?? connection).send(message)
  /** A vote that was sent is asked for until it is answered, though its poll may be gone. */
  const isNeeded = () => polls.isNeeded || votes.size > 0
  const polls = createWatchedPolls({
    clock,
    voter,
    getPoll: (pollId) =>
      fetchPoll(pollId, options.token).catch(async (error) => {
        if (error.retryable) throw error
        return (await who(error)).findPoll(pollId, error)
      }),
    send,
  })
  const stopWaking = onWake(({ key, newValue, persisted }) => {
    if (persisted || (newValue && key === voter.parts.markerKey)) renew(persisted)
    if (key !== undefined) return
    connection.wake()
    lower?.wake()
    polls.wake()
  })

  async function fetchPoll(pollId: string, token: string | undefined): Promise<PollMessage> {
    const { value: poll, headers } = await options.exchange<Poll>('GET', `/polls/${pollId}`, { token })
    urls.found(poll.channelUrl)
    return { type: 'poll', poll, vote: null, now: headers.get('live-poll-now') ?? '' }
  }

  /** Who votes here may be another now. */
  function renew(asLoaded?: boolean): void {
    voter.renew(asLoaded)
    polls.revive()
    rejoin()
  }

  /** Says hello anew. No vote goes out before the answer. */
  function rejoin(): void {
    down()
    connection.disconnect()
    connection.connect()
    lower?.send({ type: 'hello' })
  }

  function onMessage(message: ServerMessage): void {
    if (message.type === 'welcome') {
      isSigningIn = false
      if (connection.isReady) {
        urls.reached()
        ascend()
      }
      if (message.voterId !== null) votes.connected(send, message.voterId)
      polls.connected(message.voterId, connection.isReady ? 'websocket' : undefined)
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
      ...options,
      admit: async () => (await who()).askWho({ isKnown: true }),
      createRetries,
      decode: decodeServerMessage,
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

  /**
   * A connection starts as nobody's, or as the voter's of an earlier visit. With the first vote the server says who votes
   * here: nobody's becomes theirs, another's is left.
   */
  async function signIn(): Promise<void> {
    if ((polls.voterId !== null && voter.admitted) || votes.size === 0 || isSigningIn) return
    if (!(connection.isReady || lower?.isReady)) return
    isSigningIn = true
    clearTimeout(signInTimer)
    try {
      let { voterId } = polls
      if (!voter.admitted) {
        const admission = needsCaptcha || voter.unsure ? (await who()).admitToVote(needsCaptcha) : voter.admit()
        voterId = (await admission)?.voterId ?? null
      }
      // A connection made in the meantime said the new token in its own hello.
      if (polls.voterId === null) send({ type: 'hello', token: voter.token() })
      else if (polls.voterId !== voterId) rejoin()
      else {
        isSigningIn = false
        votes.advance()
      }
    } catch (reason) {
      isSigningIn = false
      const error = reason as PollError
      if (votes.size === 0) return
      if (error.retryable) signInTimer = setTimeout(signIn, error.details.retryAfter ?? 1000 * (1 + Math.random()))
      else votes.rejectAll(error)
    }
  }

  async function vote(pollId: string, given: readonly number[] | null): Promise<VoteReceipt> {
    const voteId = createVoteId()
    const choices = given && [...given].sort((a, b) => a - b) // the caller may go on changing its own array
    const unwatch = watch(pollId, ({ poll }) => {
      needsCaptcha ||= Boolean(poll?.needsCaptcha)
      votes.advance()
    })
    const { replaces, settle } = polls.cast(pollId, choices)
    const answer = votes.cast({ voteId, pollId, choices }, replaces)
    void signIn()
    try {
      const receipt = await answer
      settle({ voteId, choices, revision: receipt.revision })
      return receipt
    } catch (reason) {
      const { vote, revision, epoch } = (reason as PollError).details
      settle(vote, (revision ?? epoch) !== undefined) // what stands is not what is shown
      throw reason
    } finally {
      unwatch()
    }
  }

  function watch(pollId: string, listener: PollListener): () => void {
    if (closed) throw closed
    const unwatch = polls.watch(pollId, listener)
    connection.connect()
    return () => {
      unwatch()
      clearTimeout(lingerTimer)
      if (connection.isReady || lower) lingerTimer = setTimeout(() => isNeeded() || disconnect(), LINGER)
    }
  }

  function stop(error: PollError): void {
    disconnect()
    votes.rejectAll(error)
  }

  function disconnect(): void {
    connection.disconnect()
    ascend()
    down()
  }

  function down(): void {
    isSigningIn = false
    votes.disconnected()
    polls.disconnected()
  }

  return {
    watch,
    vote,
    refresh() {
      if (closed) return
      renew()
      void who().then(({ tellTabs }) => tellTabs())
    },
    close() {
      closed = new PollError('UNAVAILABLE', {}, 'Closed.')
      stop(closed)
      stopWaking()
      clearTimeout(signInTimer)
      clearTimeout(lingerTimer)
    },
  }
}
