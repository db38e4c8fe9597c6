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
   * @throws the code of the rejection
   */
  cast(vote: OutgoingVote, replaces?: Replaces): Promise<VoteReceipt>
  /**
   * A line is up: sends what is unanswered, in the order in which it was cast. As another voter than before, each vote
   * first waits for `advance`, to learn what it replaces.
   */
  connected(send: (message: VoteMessage) => void, voterId?: string): void
  disconnected(): void
  /** Something is known that was not: votes that waited for it may go. */
  advance(): void
  answered(message: VotedMessage | RejectedMessage): void
  /** Rejects everything. The error for a vote that was sent says that it may count. */
  rejectAll(reason: PollError): void
}

interface PendingVote {
  message: VoteMessage
  /** The unanswered votes of the same voter on the same poll, in order. Only the first is on its way. */
  readonly lane: PendingVote[]
  readonly replaces: Replaces | undefined
  readonly resolve: (receipt: VoteReceipt) => void
  readonly reject: (error: PollError) => void
  /** Whether it is to be sent again, and not yet. */
  isHeld?: boolean
  timer?: ReturnType<typeof setTimeout>
  wasSent?: boolean
  refusals: number
  wasDoubted?: boolean
}

export type Later = (callback: () => void, ms: number) => ReturnType<typeof setTimeout>

/**
 * @param readmit The voter of a vote was refused: resolves when the vote may go again, once there is news, as whoever votes
 * here now. Asked once a vote; when it rejects, so is the vote.
 * @param later Calls back after so many ms. Its timers may be shared: they are only cleared all at once.
 */
export function createPendingVotes(
  readmit?: (error: PollError) => Promise<unknown>,
  later: Later = setTimeout,
): PendingVotes {
  const LEAST_WAIT = 100
  const MOST_WAIT = 30_000
  /** `INTERNAL` may be a fault that this very vote brings about: asked this often, it stands. */
  const INTERNAL_TRIES = 5

  const votes = new Map<string, PendingVote>()
  const lanes = new Map<string, PendingVote[]>()
  let send: ((message: VoteMessage) => void) | null = null
  let sender: string | undefined

  function transmit(vote: PendingVote): void {
    if (vote.isHeld || vote.lane[0] !== vote) return
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

  function finish(vote: PendingVote): void {
    const { message, lane } = vote
    votes.delete(message.voteId)
    lane.shift()
    const [next] = lane
    if (!next) lanes.delete(laneOf(message))
    // In a later microtask: whoever awaits this vote's answer takes note of its revision first.
    else queueMicrotask(() => next.wasSent || transmit(next))
  }

  function refuse(vote: PendingVote, error: PollError): void {
    vote.reject(error)
    finish(vote)
  }

  function releaseLater(vote: PendingVote, wait: number): void {
    const release = () => {
      vote.isHeld = false
      transmit(vote)
    }
    vote.isHeld = true
    vote.timer = later(release, wait * (1 + Math.random()))
  }

  return {
    get size() {
      return votes.size
    },
    cast: (outgoing, replaces) =>
      new Promise((resolve, reject) => {
        const { voteId } = outgoing
        const lane = lanes.get(laneOf(outgoing)) ?? []
        const vote: PendingVote = {
          message: { type: 'vote', ...outgoing },
          lane,
          replaces,
          resolve,
          reject,
          refusals: 0,
        }
        lane.push(vote)
        lanes.set(laneOf(outgoing), lane)
        votes.set(voteId, vote)
        transmit(vote)
      }),
    connected(sendVote, voterId) {
      send = sendVote
      const isAnother = voterId !== sender
      sender = voterId
      for (const vote of votes.values()) {
        if (isAnother) vote.wasSent = false
        else transmit(vote)
      }
    },
    disconnected() {
      send = null
    },
    advance() {
      for (const vote of votes.values()) if (!vote.wasSent) transmit(vote)
    },
    answered(message) {
      const vote = votes.get(message.voteId)
      if (!vote || vote.isHeld) return
      if (message.type === 'voted') {
        const { type, pollId, voter, ...receipt } = message
        vote.resolve(receipt)
        return finish(vote)
      }
      const error = toPollError(message)
      vote.refusals++
      if (error.retryable && (error.code !== 'INTERNAL' || vote.refusals < INTERNAL_TRIES)) {
        const wait = message.retryAfter ?? Math.min(MOST_WAIT, 500 * 2 ** vote.refusals)
        return releaseLater(vote, Math.max(LEAST_WAIT, wait))
      }
      if (!readmit || vote.wasDoubted || !/^(UNAUTH|CAPTCHA)/.test(error.code)) return refuse(vote, error)
      vote.wasDoubted = true
      vote.wasSent = false
      vote.isHeld = true
      readmit(error).then(
        () => {
          vote.isHeld = false
        },
        () => refuse(vote, error),
      )
    },
    rejectAll(reason) {
      for (const { message, lane, wasSent, timer, reject } of votes.values()) {
        clearTimeout(timer)
        lane.length = 0
        reject(unanswered(message.voteId, wasSent, reason))
      }
      votes.clear()
      lanes.clear()
    },
  }
}

/** Of votes that go one after the other. A poll id holds no space. */
function laneOf({ pollId, voter }: OutgoingVote): string {
  return `${pollId} ${voter}`
}

function unanswered(voteId: string, wasSent: boolean | undefined, { code, details, message }: PollError): PollError {
  return wasSent
    ? new PollError('UNAVAILABLE', { ...details, voteId }, `${message} Vote ${voteId} may count.`)
    : new PollError(code, { ...details, voteId }, message)
}
