import { errors, isErrorCode, PollError } from '../protocol/errors.ts'
import type { RejectedMessage, VotedMessage, VoteMessage } from '../protocol/messages.ts'
import type { VoteReceipt } from '../protocol/models.ts'
import { toPollError } from '../to-poll-error.ts'
import { backoff } from './backoff.ts'

export type OutgoingVote = Omit<VoteMessage, 'type'>

/** Votes on their way: each is kept until it is answered, and sent again, unchanged, after every loss. */
export interface PendingVotes {
  /** Votes cast and not answered. */
  readonly size: number
  /**
   * Resolves when the vote is committed. Votes of one voter on one poll go one after the other.
   * @throws VOTE_ID_REUSED when a vote with this id is still unanswered; else the code of the rejection
   */
  cast(vote: OutgoingVote): Promise<VoteReceipt>
  /** A line is up: sends what is unanswered, in the order in which it was cast. */
  connected(send: (message: VoteMessage) => void): void
  disconnected(): void
  answered(message: VotedMessage | RejectedMessage): void
  /** Rejects everything. An error for a vote that was sent says that its outcome is unknown. */
  rejectAll(reason: PollError): void
}

interface PendingVote {
  readonly message: VoteMessage
  readonly lane: string
  readonly resolve: (receipt: VoteReceipt) => void
  readonly reject: (error: PollError) => void
  /** The same voter's next vote on the same poll. */
  next: PendingVote | null
  /** Whether it waits for its turn: behind another vote, or for the moment at which to ask again. */
  isHeldBack: boolean
  wasSent: boolean
  refusals: number
}

/** Votes to be sent again are released in steps of this many ms, so that a thousand of them need one timer. */
const STEP = 50
const LEAST_WAIT = 100
/** `INTERNAL` may be a fault that this very vote brings about: asked this often, it stands. */
const INTERNAL_TRIES = 5

export function createPendingVotes(random: () => number = Math.random): PendingVotes {
  const votes = new Map<string, PendingVote>()
  /** The last vote in line of each voter on each poll. */
  const lanes = new Map<string, PendingVote>()
  const releases = new Map<number, { readonly votes: PendingVote[]; readonly timer: ReturnType<typeof setTimeout> }>()
  let send: ((message: VoteMessage) => void) | null = null

  function transmit(vote: PendingVote): void {
    if (!send || vote.isHeldBack) return
    vote.wasSent = true
    send(vote.message)
  }

  function release(vote: PendingVote): void {
    vote.isHeldBack = false
    transmit(vote)
  }

  function finish(vote: PendingVote): void {
    votes.delete(vote.message.voteId)
    if (vote.next) release(vote.next)
    else lanes.delete(vote.lane)
  }

  function releaseLater(vote: PendingVote, retryAfter: number | undefined): void {
    const wait = Math.max(LEAST_WAIT, retryAfter ?? backoff(vote.refusals, () => 1))
    const now = Date.now()
    const due = Math.ceil((now + wait * (1 + random())) / STEP) * STEP
    vote.isHeldBack = true
    const others = releases.get(due)
    if (others) {
      others.votes.push(vote)
      return
    }
    const timer = setTimeout(() => {
      const ready = releases.get(due)?.votes ?? []
      releases.delete(due)
      for (const each of ready) release(each)
    }, due - now)
    releases.set(due, { votes: [vote], timer })
  }

  return {
    get size() {
      return votes.size
    },
    cast: (outgoing) =>
      new Promise((resolve, reject) => {
        const { voteId, pollId, voter = '' } = outgoing
        if (votes.has(voteId)) {
          reject(new PollError('VOTE_ID_REUSED', { voteId }))
          return
        }
        const lane = `${pollId}\n${voter}` // neither holds a line break
        const before = lanes.get(lane)
        const message: VoteMessage = { type: 'vote', ...outgoing }
        const vote = { message, lane, resolve, reject, next: null, isHeldBack: false, wasSent: false, refusals: 0 }
        votes.set(voteId, vote)
        lanes.set(lane, vote)
        if (before) {
          before.next = vote
          vote.isHeldBack = true
        }
        transmit(vote)
      }),
    connected(sendVote) {
      send = sendVote
      for (const vote of votes.values()) transmit(vote)
    },
    disconnected() {
      send = null
    },
    answered(message) {
      const vote = votes.get(message.voteId)
      if (!vote || vote.isHeldBack) return
      if (message.type === 'voted') {
        const { voteId, revision, epoch, duplicate } = message
        vote.resolve(duplicate ? { voteId, revision, epoch, duplicate } : { voteId, revision, epoch })
        finish(vote)
        return
      }
      const isTransient = isErrorCode(message.code) && errors[message.code].retryable
      if (isTransient && (message.code !== 'INTERNAL' || vote.refusals + 1 < INTERNAL_TRIES)) {
        releaseLater(vote, message.retryAfter)
        vote.refusals++
        return
      }
      vote.reject(toPollError(message))
      finish(vote)
    },
    rejectAll(reason) {
      for (const { timer } of releases.values()) clearTimeout(timer)
      releases.clear()
      lanes.clear()
      const all = [...votes.values()]
      votes.clear()
      for (const { message, wasSent, reject } of all) reject(outcomeOf(message.voteId, wasSent, reason))
    },
  }
}

/** What is known of a vote that will not be answered any more. */
export function outcomeOf(voteId: string, wasSent: boolean, reason: PollError): PollError {
  const outcome = wasSent ? 'its outcome is unknown' : 'it was not sent'
  const code = wasSent ? 'UNAVAILABLE' : reason.code
  return new PollError(code, { ...reason.details, voteId }, `${reason.message} Vote ${voteId}: ${outcome}.`)
}
