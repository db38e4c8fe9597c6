import type { PollApi } from '../http/poll-api.ts'
import type { VoteMessage } from '../protocol/messages.ts'
import type { VoteReceipt } from '../protocol/models.ts'
import { PollError } from '../protocol/poll-error.ts'
import type { ChannelUrls } from './channel-urls.ts'
import { createConnection, type WebSocketConstructor } from './connection.ts'
import { createPendingVotes } from './pending-votes.ts'
import { createSharedTimers } from './shared-timers.ts'
import { createVoteId } from './vote-id.ts'

/** One vote that a relay casts for one of its voters. */
export interface RelayVote {
  readonly pollId: string
  /** The host's id of the voter: at most 200 characters, no control characters. */
  readonly voter: string
  /** Choice ids; null retracts. */
  readonly choices: readonly number[] | null
  /**
   * Up to 64 letters, digits, or any of `. : _ -`; no two unanswered votes of a relay may share one.
   * Give your own where the vote must survive this process: cast again under the same id, it counts once.
   * @default a random id of this relay and a running number
   */
  readonly voteId?: string
  /** The revision this vote replaces, 0 for the first. Without it the last writer wins. */
  readonly revision?: number
  readonly epoch?: number
}

/** A connection of its own that casts for many voters: a chat bot, a kiosk, a phone gateway. */
export interface Relay {
  /** Votes cast and not answered. Bound it to bound memory; a few thousand in flight is where it is fastest. */
  readonly unanswered: number
  /**
   * Resolves once the vote is committed, however often the line was lost meanwhile; votes of one voter on one poll
   * go one after the other.
   * @throws PollError with the server's code; UNAVAILABLE with `details.voteId` when the relay was closed or stopped
   * before the answer: then the outcome is unknown, and the same vote id asks for it again
   */
  vote(vote: RelayVote): Promise<VoteReceipt>
  /** Closes the connection and rejects what is unanswered. */
  close(): void
}

export interface RelayOptions {
  readonly api: PollApi
  readonly urls: ChannelUrls
  readonly WebSocket: WebSocketConstructor
  getTicket(): Promise<string>
}

export function createRelay({ api, urls, WebSocket, getTicket }: RelayOptions): Relay {
  const pending = createPendingVotes(undefined, createSharedTimers())
  /** The ids of votes on their way. */
  const unanswered = new Set<string>()
  let isClosed = false
  const relayId = createVoteId() // one random id serves them all: making one takes longer than sending a vote
  let count = 0
  let somePollId = ''

  const connection = createConnection({
    WebSocket,
    async prepare() {
      await findChannel()
      return { url: urls.current(), hello: { type: 'hello', ticket: await getTicket() } }
    },
    onMessage(message) {
      if (message.type === 'welcome') pending.connected(sendVote)
      else if (message.type === 'voted' || message.type === 'rejected') pending.answered(message)
    },
    onDown(wasReached) {
      if (!wasReached) urls.failed()
      pending.disconnected()
    },
    onStopped(error) {
      pending.disconnected()
      pending.rejectAll(error)
    },
  })
  const sendVote = (message: VoteMessage) => void connection.send(message)

  /** A poll knows where its channel is. Where it cannot be asked, the API's own host is tried. */
  async function findChannel(): Promise<void> {
    try {
      urls.found((await api.getPoll(somePollId)).channelUrl)
    } catch {} // the connection says what is wrong
  }

  return {
    get unanswered() {
      return pending.size
    },
    vote({ pollId, voter, choices, voteId = `${relayId}.${++count}`, revision, epoch }) {
      if (isClosed) return Promise.reject(new PollError('UNAVAILABLE', { voteId }, 'The relay was closed.'))
      if (unanswered.has(voteId)) return Promise.reject(new PollError('VOTE_ID_REUSED', { voteId }))
      const answered = () => void unanswered.delete(voteId)
      unanswered.add(voteId)
      const receipt = pending.cast({ voteId, pollId, choices, revision, epoch, voter })
      receipt.then(answered, answered)
      somePollId = pollId
      connection.connect()
      return receipt
    },
    close() {
      isClosed = true
      connection.disconnect()
      pending.rejectAll(new PollError('UNAVAILABLE', {}, 'The relay was closed.'))
    },
  }
}
