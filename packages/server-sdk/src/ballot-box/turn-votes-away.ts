import type { Load } from '../ports/load.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { GroupCommit } from './group-commit.ts'

/**
 * Turns votes away at the door while too many wait: the rest of the node's time is for those that do. What is refused only
 * after it was prepared costs more than half of what a vote does, and a node to which twice as many come as it can take
 * would take hardly any.
 */
export function turnVotesAway(
  load: Load,
  groupCommit: Pick<GroupCommit, 'busyFor'>,
  metrics: Pick<Metrics, 'countBy'>,
): Load {
  return {
    turnsAway(what) {
      const wait = load.turnsAway(what)
      if (wait > 0 || what !== 'vote') return wait
      const busyFor = groupCommit.busyFor()
      if (busyFor > 0) metrics.countBy('live_poll_votes_refused_total', 'BUSY')
      return busyFor
    },
  }
}
