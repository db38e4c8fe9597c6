import type { VoteMessage, VoteReceipt } from '@live-poll/client-sdk/protocol'
import type { Voting } from '../actions/cast-vote.ts'

/** Answers the votes of a connection. */
export interface VoteAnswers {
  /** @param readAt when the vote was read, by `performance.now()` */
  sendReceipt(vote: VoteMessage, receipt: VoteReceipt, readAt: number): void
  sendRejection(vote: VoteMessage, cause: unknown): void
}

/** A vote that came over a connection, until it is answered. */
export class ChannelVote implements Voting {
  readonly #answers: VoteAnswers
  readonly #vote: VoteMessage
  readonly #readAt = performance.now()

  constructor(answers: VoteAnswers, vote: VoteMessage) {
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
