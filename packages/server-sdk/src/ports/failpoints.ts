/**
 * Points at which the fault suite kills, stops or holds up a node. Each is reached in a statement labelled `FAILPOINT`,
 * which the build leaves out, and this file with it: there is nothing of it in the package.
 */
export const failpoints = [
  /** A vote has arrived. */
  'recv',
  /** Its batch is put together; nothing of it is in the database. */
  'beforeBegin',
  'afterLock',
  /** The rows of the votes are written, the tallies are not. */
  'afterUpsert',
  'beforeCommit',
  /** It is committed, and nobody knows. */
  'afterCommit',
  'beforeAck',
  'afterAck',
  /** The results have been read, and no other node knows. */
  'beforePublish',
  /** One of several watchers has been sent a frame. */
  'midFanout',
] as const

export type Failpoint = (typeof failpoints)[number]

let onReach: (point: Failpoint) => void = () => {}

export function reach(point: Failpoint): void {
  onReach(point)
}

/** @param listener called whenever one is reached; what it throws is thrown there */
export function armFailpoints(listener: (point: Failpoint) => void): void {
  onReach = listener
}
