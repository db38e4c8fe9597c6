import type { ErrorCode } from '@live-poll/client-sdk/protocol'

/** A vote frame as it reaches the server, by whoever it is. */
export interface ModelVote {
  readonly voteId: string
  readonly voter: string
  readonly choices: readonly number[] | null
  readonly revision?: number
  readonly epoch?: number
}

export type Answer =
  | { readonly revision: number; readonly epoch: number; readonly duplicate?: true }
  | { readonly code: ErrorCode }

/** What a poll must do, said as simply as it can be: no locks, no boxes, no batches. */
export class PollModel {
  epoch = 1
  isClosed = false
  canChange = true
  lastId = 3
  choices: readonly number[] = [1, 2, 3]
  votes = new Map<string, ModelVote & { readonly revision: number }>()

  cast(vote: ModelVote): Answer {
    if (vote.epoch !== undefined && vote.epoch !== this.epoch) return { code: 'EPOCH_CHANGED' }
    if (vote.choices && !this.#isBallot(vote.choices)) return { code: 'INVALID' }
    const held = this.votes.get(vote.voter)
    if (held?.voteId === vote.voteId) {
      if (`${held.choices}` !== `${vote.choices}`) return { code: 'VOTE_ID_REUSED' }
      return { revision: held.revision, epoch: this.epoch, duplicate: true }
    }
    if (this.isClosed) return { code: 'POLL_CLOSED' }
    if (held?.choices && !this.canChange) return { code: 'ALREADY_VOTED' }
    if (vote.revision !== undefined && vote.revision !== (held?.revision ?? 0)) return { code: 'REVISION_CONFLICT' }
    if (!held && !vote.choices) return { code: 'NOT_FOUND' }
    const revision = (held?.revision ?? 0) + 1
    this.votes.set(vote.voter, { ...vote, revision })
    return { revision, epoch: this.epoch }
  }

  /** @returns whether the poll takes it; what it would do to ballots in the box decides */
  choose(choices: readonly number[]): boolean {
    const isTaken = !this.isClosed || choices.length === this.choices.length
    const loses = this.choices.some((id) => !choices.includes(id))
    if (!isTaken || (loses && (this.isClosed || this.results.voters > 0))) return false
    this.lastId = Math.max(this.lastId, ...choices)
    this.choices = choices
    return true
  }

  reset(epoch: number) {
    if (epoch !== this.epoch) return
    this.epoch++
    this.isClosed = false
    this.votes.clear()
  }

  get results(): { votes: number[]; voters: number } {
    const ballots = [...this.votes.values()].flatMap(({ choices }) => (choices ? [choices] : []))
    return {
      votes: this.choices.map((id) => ballots.filter((ballot) => ballot.includes(id)).length),
      voters: ballots.length,
    }
  }

  #isBallot(ids: readonly number[]): boolean {
    return ids.length >= 1 && ids.length <= 2 && ids.every((id) => this.choices.includes(id))
  }
}
