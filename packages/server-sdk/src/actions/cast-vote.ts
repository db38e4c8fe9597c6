import { PollError, pollError, type VoteReceipt } from '@live-poll/client-sdk/protocol'
import type { Caster, DecidedVote, GroupCommit } from '../ballot-box/group-commit.ts'
import type { PollFactsCache, PreparedPoll } from '../ballot-box/poll-facts.ts'
import { prepareVote, type VoteRequest } from '../ballot-box/prepare-vote.ts'
import { enter } from '../domain/voter-policy.ts'
import type { MayView } from '../identity/may-view.ts'
import type { PreparedVote } from '../ports/ballot-store.ts'
import { reach } from '../ports/failpoints.ts'
import type { VoteToCast } from '../ports/hooks.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Board } from '../results/board.ts'
import { aboutPoll } from './read-poll.ts'
import type { VoteHooks } from './vote-hooks.ts'

/** Casts a vote, as `CastVote`, without a promise of its own: the channel has them by the hundred thousand. */
export type SubmitVote = (request: VoteRequest, voter: Voting) => void

/** Who waits for the answer to a vote: it is told once, by one of these, which must not throw. */
export interface Voting {
  receipt(receipt: VoteReceipt): void
  failed(error: unknown): void
}

/**
 * Casts, changes or retracts one vote. Resolves when it is committed.
 *
 * @throws PollError `POLL_NOT_FOUND`, also for a private poll that is not for them; `UNAUTHENTICATED`,
 * `INVITATION_INVALID`, `INVITATION_USED`, `CAPTCHA_FAILED`, `VOTE_REFUSED`; `INVALID`, `EPOCH_CHANGED`, `VOTE_ID_REUSED`, `POLL_CLOSED`, `POLL_NOT_OPEN`,
 * `ALREADY_VOTED` and `REVISION_CONFLICT` (both with the vote that stands), `NOT_FOUND` (nothing to retract);
 * `BUSY`: not taken, try again later; `UNAVAILABLE`: unknown, ask again with the same vote id
 */
export type CastVote = (request: VoteRequest) => Promise<VoteReceipt>

export function createCastVote(submitVote: SubmitVote): CastVote {
  return (request) => new Promise((resolve, reject) => submitVote(request, { receipt: resolve, failed: reject }))
}

/** A plan that changes this often while one vote is prepared is no plan. */
const maxPreparations = 10

interface ReadyVote {
  readonly poll: PreparedPoll
  readonly vote: PreparedVote
}

export function createSubmitVote(
  facts: PollFactsCache,
  groupCommit: Pick<GroupCommit, 'cast'>,
  board: Pick<Board, 'markDirty'>,
  mayView: MayView,
  metrics: Pick<Metrics, 'count' | 'countBy'>,
  { gate, accepted }: VoteHooks = {},
): SubmitVote {
  /** Undefined: it has to be prepared with more care. */
  function prepareAtOnce(request: VoteRequest, poll: PreparedPoll): PreparedVote | undefined {
    if (poll.rules.isPrivate && !request.isTrusted) return undefined
    try {
      return prepareVote(request, poll)
    } catch {
      return undefined // `prepare` tells what is wrong, where a new reading of the poll does not mend it
    }
  }

  /** The poll in memory may be older than the one its voter sees: what does not fit it is fitted to a new reading. */
  async function prepare(request: VoteRequest): Promise<ReadyVote> {
    const poll = await find(request)
    try {
      return { poll, vote: prepareVote(request, poll) }
    } catch (error) {
      if (!(error instanceof PollError)) throw error
      facts.drop(request.pollId, poll)
      const newer = await find(request)
      return { poll: newer, vote: prepareVote(request, newer) }
    }
  }

  async function find(request: VoteRequest): Promise<PreparedPoll> {
    const poll = await facts.get(request.pollId)
    if (!poll) throw pollError('POLL_NOT_FOUND')
    if (!poll.rules.isPrivate || request.isTrusted || (await mayView(aboutPoll(poll.rules), { pass: request })))
      return poll
    throw pollError('POLL_NOT_FOUND')
  }

  /** One vote on its way, prepared again as often as its poll's plan turns out to be another. */
  class Submission implements Caster {
    readonly #request: VoteRequest
    readonly #voter: Voting
    #poll: PreparedPoll | undefined
    #vote: PreparedVote | undefined
    #hasPassed = gate === undefined
    #preparations = 0

    constructor(request: VoteRequest, voter: Voting) {
      this.#request = request
      this.#voter = voter
    }

    start() {
      if (this.#preparations++ === maxPreparations) return this.failed(pollError('BUSY', { retryAfter: 1000 }))
      const poll = facts.known(this.#request.pollId) // most are: no promise is made for them
      const vote = poll && prepareAtOnce(this.#request, poll)
      if (poll && vote) return this.#cast(poll, vote)
      prepare(this.#request).then(
        (ready) => this.#cast(ready.poll, ready.vote),
        (error) => this.failed(error),
      )
    }

    #cast(poll: PreparedPoll, vote: PreparedVote) {
      this.#poll = poll
      this.#vote = vote
      if (this.#hasPassed) return groupCommit.cast(vote, this)
      this.#hasPassed = true
      gate?.ask(toVoteToCast(this.#request, poll, vote), vote.voterKey, (refusal) => {
        if (refusal) this.failed(refusal)
        else groupCommit.cast(vote, this)
      })
    }

    #tellAccepted(revision: number, epoch: number) {
      if (!accepted || !this.#poll || !this.#vote) return
      const { pollId, voteId, choices, voter } = toVoteToCast(this.#request, this.#poll, this.#vote)
      accepted({ pollId, voteId, choices, voter, revision, epoch })
    }

    decided(outcome: DecidedVote) {
      const { pollId, voteId } = this.#request
      switch (outcome.kind) {
        case 'accepted':
          metrics.count('live_poll_votes_accepted_total')
          board.markDirty(pollId)
          this.#voter.receipt({ voteId, revision: outcome.revision, epoch: outcome.epoch })
          return this.#tellAccepted(outcome.revision, outcome.epoch)
        case 'duplicate':
          metrics.count('live_poll_votes_duplicate_total')
          return this.#voter.receipt({ voteId, revision: outcome.revision, epoch: outcome.epoch, duplicate: true })
        case 'refused': {
          const { kind: _, code, ...details } = outcome
          if (code === 'POLL_NOT_FOUND') facts.drop(pollId)
          return this.failed(pollError(code, details))
        }
        case 'stale':
          facts.drop(pollId, this.#poll)
          this.start()
      }
    }

    failed(error: unknown) {
      metrics.countBy('live_poll_votes_refused_total', error instanceof PollError ? error.code : 'INTERNAL')
      this.#voter.failed(error)
    }
  }

  return (request, voter) => {
    FAILPOINT: reach('recv')
    new Submission(request, voter).start()
  }
}

/** Copied: what a hook does to it changes no vote. */
function toVoteToCast(request: VoteRequest, poll: PreparedPoll, vote: PreparedVote): VoteToCast {
  const { pollId, voteId, ballot, revision, epoch } = vote
  const entry = enter(poll.rules, request) // whose ballot it is: not always theirs who came
  const { kind, id } = entry.ok ? entry.voter : request.voter
  const voter = kind === 'user' ? { kind, id } : { kind }
  return { pollId, voteId, choices: ballot && [...ballot], voter, revision, epoch }
}
