import type { ShedKind } from './metrics.ts'

/** How much this node has to do, for those who let something in. */
export interface Load {
  /**
   * Whether this has to come again later. What is turned away is counted.
   * @returns milliseconds until it may; 0: it is let in
   */
  turnsAway(what: ShedKind): number
}
