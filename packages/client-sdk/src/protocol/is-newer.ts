import type { PollState } from './models.ts'

/** What orders two snapshots of one poll. */
export interface Snapshot {
  readonly epoch: number
  readonly version: number
  readonly state: PollState
}

/** Within an epoch a poll's state goes only forward. */
export const stateOrder: Record<PollState, number> = { scheduled: 0, open: 1, closed: 2 }

/**
 * Whether `next` supersedes `current`: by epoch, then version, then state.
 * At an equal version the counts are equal, but time alone may have opened the poll; state goes only forward.
 */
export function isNewer(next: Snapshot, current: Snapshot): boolean {
  if (next.epoch !== current.epoch) return next.epoch > current.epoch
  if (next.version !== current.version) return next.version > current.version
  return stateOrder[next.state] > stateOrder[current.state]
}
