import type { PollState, Results } from '@live-poll/client-sdk/protocol'
import { type PollRecord, pollState } from './poll.ts'
import type { Counted } from './snapshot.ts'
import { isRevealed } from './visibility.ts'

/** What tells whether a screen is out of date, without the counts. */
export interface PollVersion {
  readonly pollId: string
  readonly epoch: number
  /** The sum of its boxes' versions. */
  readonly version: number
  readonly edition: number
  readonly state: PollState
  readonly isRevealed: boolean
}

export function versionOf({ facts, version, now }: PollRecord): PollVersion {
  const { id: pollId, epoch, edition } = facts
  return { pollId, epoch, version, edition, state: pollState(facts, now), isRevealed: isRevealed(facts) }
}

/**
 * How what the database holds stands to what was shown before it was read: `ahead`, to be shown; `behind`, since it was
 * restored to an earlier state, and has perhaps gone on from there.
 */
export function compareVersion(stored: PollVersion, shown: Counted): 'same' | 'ahead' | 'behind' {
  const { results, visibility } = shown
  if (stored.epoch !== results.epoch) return stored.epoch > results.epoch ? 'ahead' : 'behind'
  if (stored.version !== results.version) return stored.version > results.version ? 'ahead' : 'behind'
  // Whatever changes these raises a version: at an equal one, this is another past than the one that was shown.
  const isClosed = stored.state === 'closed'
  if (stored.edition !== results.edition || isClosed !== (results.state === 'closed')) return 'behind'
  if (stored.isRevealed !== visibility.isRevealed) return stored.isRevealed ? 'ahead' : 'behind'
  return stored.state === 'open' && results.state === 'scheduled' ? 'ahead' : 'same'
}

/** Whether two say of one version what cannot both be: equal versions have equal counts, in one past. */
export function isContradiction(one: Results, other: Results): boolean {
  if (one.epoch !== other.epoch || one.version !== other.version) return false
  return one.edition !== other.edition || one.voters !== other.voters || one.votes.join() !== other.votes.join()
}
