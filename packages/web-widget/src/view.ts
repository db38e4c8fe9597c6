import type { Poll, Vote, WatchedPoll } from '@live-poll/client-sdk'
import { type Problem, problemOf } from './ballot.ts'
import { type Figure, figuresOf } from './figures.ts'

/** Where the voter and the poll stand: what a row holds follows from it. */
export type Stage = 'scheduled' | 'ballot' | 'voted' | 'closed'

/** A poll as it is drawn, worked out from what is watched and what the voter has touched. */
export interface View {
  readonly poll: Poll
  readonly stage: Stage
  readonly vote: Vote | null
  /** On a ballot what is ticked, otherwise the vote in the box. */
  readonly chosen: ReadonlySet<number>
  /** In the order of the choices; null where this viewer may not see them. */
  readonly figures: readonly Figure[] | null
  readonly voters: number | null
  /** What keeps the ballot from being cast. */
  readonly problem: Problem | null
  /** Whether a vote is on its way: the ballot is kept as it is until the answer. */
  readonly locked: boolean
}

/**
 * @param selection What the voter has ticked and not yet cast; null when nothing was touched.
 *   A touched ballot stays open whatever arrives, until it is cast or cancelled or no vote is taken any more.
 */
export function viewOf(poll: Poll, watched: WatchedPoll, selection: ReadonlySet<number> | null, casting: boolean): View {
  const { vote, pending, results } = watched
  const locked = casting || pending !== null
  const chosen = selection ?? new Set(pending?.choices ?? vote?.choices)
  return {
    poll,
    vote,
    locked,
    chosen: poll.state === 'closed' ? new Set(vote?.choices) : chosen,
    stage: stageOf(poll, vote, locked || selection !== null),
    figures: results && figuresOf(results),
    voters: results && results.voters,
    problem: problemOf(poll, chosen),
  }
}

function stageOf(poll: Poll, vote: Vote | null, touched: boolean): Stage {
  if (poll.state !== 'open') return poll.state
  return vote?.choices && !(touched && poll.canChange) ? 'voted' : 'ballot'
}
