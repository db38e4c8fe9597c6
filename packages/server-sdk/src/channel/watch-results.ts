import { isNewer, isPollId, pollError, type Results } from '@live-poll/client-sdk/protocol'
import { type ReadPoll, snapshotOf } from '../actions/read-poll.ts'
import type { PollSnapshot } from '../ports/results-bus.ts'
import type { Sink } from '../results/iterate-newest.ts'
import type { ResultsFeed } from './results-feed.ts'

/**
 * Puts a poll's results, first those of a new reading and then each that is newer, never an older one or the same again.
 * Ends with PollError `POLL_NOT_FOUND` when the poll is gone, with what its reading throws, or without an error when the
 * feed is closed.
 *
 * @returns leaves
 */
export type WatchResults = (pollId: string, sink: Sink<Results>) => () => void

/** @param readPoll shares readings among those who ask together: a thousand who begin at once cost two */
export function createWatchResults(
  feed: Pick<ResultsFeed, 'listen' | 'hasRead' | 'newest'>,
  readPoll: ReadPoll,
): WatchResults {
  return (pollId, sink) => {
    if (!isPollId(pollId)) {
      sink.end(pollError('POLL_NOT_FOUND'))
      return () => {}
    }
    let last: Results | undefined
    let hasRead = false

    function take({ results }: PollSnapshot) {
      if (last && !isNewer(results, last)) return
      last = results
      if (hasRead) sink.put(results)
    }

    const leave = feed.listen(pollId, {
      snapshot: take,
      deleted: () => sink.end(pollError('POLL_NOT_FOUND')),
      closed: () => sink.end(),
    })
    readPoll(pollId).then((reading) => {
      const snapshot = snapshotOf(reading)
      feed.hasRead(snapshot)
      take(snapshot)
      take(feed.newest(pollId) ?? snapshot)
      hasRead = true
      if (last) sink.put(last)
    }, sink.end)
    return leave
  }
}
