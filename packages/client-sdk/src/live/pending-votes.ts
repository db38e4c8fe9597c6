import type { RejectedMessage, VotedMessage, VoteMessage } from '../protocol/messages.ts'
import type { VoteReceipt } from '../protocol/models.ts'
import { PollError } from '../protocol/poll-error.ts'
import { toPollError } from '../to-poll-error.ts'

export type OutgoingVote = Omit<VoteMessage, 'type'>

/** What a vote replaces. */
export type Replaced = Pick<VoteReceipt, 'revision' | 'epoch'>

type Replaces = () => Replaced | PollError | null

/** Votes on their way: each is kept until it is answered, and sent again, unchanged, after every loss. */
export interface PendingVotes {
  /** Votes cast and not answered. */
  readonly size: number
  /**
   * Resolves when the vote is committed. Votes of one voter on one poll go one after the other.
   * @param replaces Asked when it is this vote's turn; while it answers null, the vote waits for `advance`. An error
   * rejects a vote that was never sent.
   * @throws VOTE_ID_REUSED when a vote with this id is still unanswered; else the code of the rejection
   */
  cast(vote: OutgoingVote, replaces?: Replaces): Promise<VoteReceipt>
  /** A line is up: sends what is unanswered, in the order in which it was cast. */
  connected(send: (message: VoteMessage) => void): void
  disconnected(): void
  /** Something is known that was not: votes that waited for it may go. */
  advance(): void
  answered(message: VotedMessage | RejectedMessage): void
  /** Rejects everything. The error for a vote that was sent says that its outcome is unknown. */
  rejectAll(reason: PollError): void
}

interface PendingVote {
  message: VoteMessage
  readonly lane: string
  readonly replaces: Replaces | undefined
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
const MOST_WAIT = 30_000
/** `INTERNAL` may be a fault that this very vote brings about: asked this often, it stands. */
const INTERNAL_TRIES = 5

export function createPendingVotes(): PendingVotes {
  const votes = new Map<string, PendingVote>()
  /** The last vote in line of each voter on each poll. */
  const lanes = new Map<string, PendingVote>()
  const releases = new Map<number, PendingVote[]>()
  const timers = new Map<number, ReturnType<typeof setTimeout>>()
  let send: ((message: VoteMessage) => void) | null = null

  function transmit(vote: PendingVote): void {
    if (vote.isHeldBack || votes.get(vote.message.voteId) !== vote) return
    if (!vote.wasSent && vote.replaces) {
      const replaced = vote.replaces()
      if (replaced instanceof PollError) return refuse(vote, replaced)
      if (!replaced) return
      vote.message = { ...vote.message, ...replaced }
    }
    if (!send) return
    vote.wasSent = true
    send(vote.message)
  }

  function release(vote: PendingVote): void {
    vote.isHeldBack = false
    transmit(vote)
  }

  function finish(vote: PendingVote): void {
    votes.delete(vote.message.voteId)
    const { next, lane } = vote
    // In a later microtask: whoever awaits this vote's answer takes note of its revision first.
    if (next) queueMicrotask(() => release(next))
    else if (lanes.get(lane) === vote) lanes.delete(lane)
  }

  function refuse(vote: PendingVote, error: PollError): void {
    vote.reject(error)
    finish(vote)
  }

  function releaseLater(vote: PendingVote, wait: number): void {
    const now = Date.now()
    const due = Math.ceil((now + wait * (1 + Math.random())) / STEP) * STEP
    vote.isHeldBack = true
    const others = releases.get(due)
    if (others) {
      others.push(vote)
      return
    }
    const released = [vote]
    releases.set(due, released)
    const timer = setTimeout(() => {
      releases.delete(due)
      timers.delete(due)
      released.forEach(release)
    }, due - now)
    timers.set(due, timer)
  }

  return {
    get size() {
      return votes.size
    },
    cast: (outgoing, replaces) =>
      new Promise((resolve, reject) => {
        const { voteId, pollId, voter } = outgoing
        if (votes.has(voteId)) {
          reject(new PollError('VOTE_ID_REUSED', { voteId }))
          return
        }
        const lane = `${pollId} ${voter}` // a poll id holds no space
        const before = lanes.get(lane)
        const vote: PendingVote = {
          message: { type: 'vote', ...outgoing },
          lane,
          replaces,
          resolve,
          reject,
          next: null,
          isHeldBack: before !== undefined,
          wasSent: false,
          refusals: 0,
        }
        if (before) before.next = vote
        votes.set(voteId, vote)
        lanes.set(lane, vote)
        transmit(vote)
      }),
    connected(sendVote) {
      send = sendVote
      votes.forEach(transmit)
    },
    disconnected() {
      send = null
    },
    advance() {
      for (const vote of votes.values()) if (!vote.wasSent) transmit(vote)
    },
    answered(message) {
      const vote = votes.get(message.voteId)
      if (!vote || vote.isHeldBack) return
      if (message.type === 'voted') {
        const { voteId, revision, epoch, duplicate } = message
        vote.resolve({ voteId, revision, epoch, ...(duplicate && { duplicate }) })
        return finish(vote)
      }
      const error = toPollError(message)
      vote.refusals++
      if (error.retryable && (error.code !== 'INTERNAL' || vote.refusals < INTERNAL_TRIES)) {
        const wait = message.retryAfter ?? Math.min(MOST_WAIT, 500 * 2 ** vote.refusals)
        return releaseLater(vote, Math.max(LEAST_WAIT, wait))
      }
      refuse(vote, error)
    },
    rejectAll(reason) {
      const all = [...votes.values()]
      votes.clear()
      lanes.clear()
      timers.forEach(clearTimeout)
      timers.clear()
      releases.clear()
      for (const { message, wasSent, reject } of all) reject(unanswered(message.voteId, wasSent, reason))
    },
  }
}

function unanswered(voteId: string, wasSent: boolean, { code, details, message }: PollError): PollError {
  const outcome = wasSent ? 'its outcome is unknown' : 'it was not sent'
  return new PollError(wasSent ? 'UNAVAILABLE' : code, { ...details, voteId }, `${message} Vote ${voteId}: ${outcome}.`)
}
