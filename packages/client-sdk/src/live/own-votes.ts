import type { PollError } from '../protocol/errors.ts'
import type { VoteReceipt } from '../protocol/models.ts'
import { type OutgoingVote, outcomeOf } from './pending-votes.ts'
import { createVoteId } from './vote-id.ts'
import type { WatchedPolls } from './watched-polls.ts'

/** The votes of the one voter here. One a poll is on its way; later ones wait, for they must name its revision. */
export interface OwnVotes {
  /** Whether any vote is not answered. */
  readonly areWaiting: boolean
  vote(pollId: string, choices: readonly number[] | null): Promise<VoteReceipt>
  /** Sends the next vote on a poll if all that it must name is known. */
  advance(pollId: string): void
  /** Rejects the votes that were not sent. */
  rejectAll(reason: PollError): void
}

interface OwnVote {
  readonly voteId: string
  readonly choices: readonly number[] | null
  readonly resolve: (receipt: VoteReceipt) => void
  readonly reject: (error: PollError) => void
  readonly unwatch: () => void
  wasSent: boolean
}

/** Rejections after which the state shown is not the truth. */
const staleCodes: ReadonlySet<string> = new Set(['REVISION_CONFLICT', 'ALREADY_VOTED', 'EPOCH_CHANGED'])

export function createOwnVotes(polls: WatchedPolls, cast: (vote: OutgoingVote) => Promise<VoteReceipt>): OwnVotes {
  const queues = new Map<string, OwnVote[]>()

  function finish(pollId: string, vote: OwnVote): void {
    const rest = (queues.get(pollId) ?? []).filter((other) => other !== vote)
    if (rest.length > 0) queues.set(pollId, rest)
    else queues.delete(pollId)
    const last = rest.at(-1)
    polls.pending(pollId, last ? { choices: last.choices } : null)
    vote.unwatch()
    advance(pollId)
  }

  function refuse(pollId: string, vote: OwnVote, error: PollError): void {
    if (staleCodes.has(error.code)) polls.refresh(pollId)
    finish(pollId, vote)
    vote.reject(error)
  }

  function advance(pollId: string): void {
    const vote = queues.get(pollId)?.[0]
    const known = polls.ownRevision(pollId)
    if (!vote || vote.wasSent || !known) return
    vote.wasSent = true
    const { voteId, choices } = vote
    cast({ voteId, pollId, choices, ...known }).then(
      (receipt) => {
        const sorted = choices && [...choices].sort((a, b) => a - b)
        polls.committed(pollId, { voteId, choices: sorted, revision: receipt.revision }, receipt.epoch)
        finish(pollId, vote)
        vote.resolve(receipt)
      },
      (error: PollError) => refuse(pollId, vote, error),
    )
  }

  return {
    get areWaiting() {
      return queues.size > 0
    },
    vote: (pollId, choices) =>
      new Promise((resolve, reject) => {
        const voteId = createVoteId()
        const unwatch = polls.watch(pollId, ({ status, error }) => {
          const isFinal = status === 'not-found' || (status === 'error' && error?.retryable === false)
          // Not within the listener: it is first called before there is a vote to refuse.
          if (isFinal && error) queueMicrotask(() => !vote.wasSent && refuse(pollId, vote, error))
        })
        const vote: OwnVote = { voteId, choices: choices && [...choices], resolve, reject, unwatch, wasSent: false }
        queues.set(pollId, [...(queues.get(pollId) ?? []), vote])
        polls.pending(pollId, { choices: vote.choices })
        advance(pollId)
      }),
    advance,
    rejectAll(reason) {
      for (const [pollId, votes] of [...queues]) {
        for (const vote of votes) {
          if (!vote.wasSent) refuse(pollId, vote, outcomeOf(vote.voteId, false, reason))
        }
      }
    },
  }
}
