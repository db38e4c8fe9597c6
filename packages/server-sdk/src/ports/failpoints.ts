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
  /** Votes and tallies are written, uses of invitations are not; where COMMIT goes with the writes, all are on their way. */
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

/** Those of an upload, which the fleet under faults takes none of. */
export const imageFailpoints = [
  /** What is known of a picture is written, and that its bytes are not there. */
  'afterImagePending',
  /** One more of its objects is stored. */
  'afterImageBytes',
  /** All of them are, and nobody knows. */
  'beforeImageReady',
] as const

/** Those of events on their way to a sink, which there is none of in the fleet under faults. */
export const outboxFailpoints = [
  /** A lane is claimed; none of its events has been read. */
  'afterClaim',
  /** They are read, and the sink knows nothing. */
  'beforeDeliver',
  /** The sink has taken them, and nobody knows. */
  'afterDeliver',
  /** They are removed, and the lane is not released. */
  'afterRemove',
] as const

export type Failpoint = (typeof failpoints | typeof imageFailpoints | typeof outboxFailpoints)[number]

let onReach: (point: Failpoint) => void = () => {}

export function reach(point: Failpoint): void {
  onReach(point)
}

/** @param listener called whenever one is reached; what it throws is thrown there */
export function armFailpoints(listener: (point: Failpoint) => void): void {
  onReach = listener
}
