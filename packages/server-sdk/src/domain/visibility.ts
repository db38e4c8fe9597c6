import type { PollState, ShowResults } from '@live-poll/client-sdk/protocol'
import type { PollFacts } from './poll.ts'

/** What decides, apart from its state, who sees the results of a poll. */
export interface Visibility {
  readonly showResults: ShowResults
  /** Whether enough have voted in this epoch; always, where no number is asked for. */
  readonly isRevealed: boolean
  /** Whether the poll itself is only for some. */
  readonly isPrivate: boolean
}

/** Who asks: an organizer, a voter with a vote in the box (a retracted one is none), or anyone. */
export type Viewer = 'organizer' | 'voted' | 'public'

export function visibilityOf(
  facts: Pick<PollFacts, 'showResults' | 'minVoters' | 'revealedEpoch' | 'epoch' | 'isPrivate'>,
): Visibility {
  return { showResults: facts.showResults, isRevealed: isRevealed(facts), isPrivate: facts.isPrivate }
}

/** Whether enough have voted in this epoch; always, where no number is asked for. */
export function isRevealed(facts: Pick<PollFacts, 'minVoters' | 'revealedEpoch' | 'epoch'>): boolean {
  return facts.minVoters === null || facts.revealedEpoch === facts.epoch
}

/** The one rule of who sees results, for every wire. */
export function maySeeResults({ showResults, isRevealed }: Visibility, state: PollState, viewer: Viewer): boolean {
  if (viewer === 'organizer') return true
  if (!isRevealed) return false
  switch (showResults) {
    case 'always':
      return true
    case 'after-vote':
      return viewer === 'voted' || state === 'closed'
    case 'after-close':
      return state === 'closed'
    case 'organizers':
      return false
  }
}

/** What a voter's own vote makes them: a retracted one is none. */
export function viewerOf(vote: { readonly choices: readonly number[] | null } | null): Viewer {
  return vote?.choices ? 'voted' : 'public'
}
