import type { VoteMessage, VoteReceipt, VoteReply } from '@live-poll/client-sdk/protocol'
import type { SubmitVote, Voting } from '../actions/cast-vote.ts'
import type { VoteRequest } from '../ballot-box/prepare-vote.ts'
import { requestFor, type Shown } from './who-asks.ts'

/** Answers the votes of a connection. */
export interface VoteAnswers {
  /** @param readAt when the vote was read, by `performance.now()` */
  sendReceipt(vote: VoteRequest, receipt: VoteReceipt, readAt: number): void
  sendRejection(vote: VoteReply, cause: unknown): void
}

/** Casts a vote that came over a connection. @param shown at its `hello`: whose vote it may be */
export function castOver(answers: VoteAnswers, submitVote: SubmitVote, vote: VoteMessage, shown: Shown | undefined) {
  try {
    const request = requestFor(vote, shown)
    submitVote(request, new ChannelVote(answers, request))
  } catch (error) {
    answers.sendRejection(vote, error)
  }
}

/** One of them until it is answered. */
class ChannelVote implements Voting {
  readonly #answers: VoteAnswers
  readonly #vote: VoteRequest
  readonly #readAt = performance.now()

  constructor(answers: VoteAnswers, vote: VoteRequest) {
    this.#answers = answers
    this.#vote = vote
  }

  receipt(receipt: VoteReceipt) {
    this.#answers.sendReceipt(this.#vote, receipt, this.#readAt)
  }

  failed(error: unknown) {
    this.#answers.sendRejection(this.#vote, error)
  }
}
