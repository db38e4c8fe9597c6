import type { Poll, WatchedPoll } from '@live-poll/client-sdk/voter'
import { PollElement } from './poll-element.ts'
import { resultsViewOf, type Surroundings, type View } from './view.ts'

/**
 * The results of a poll and nothing else, for a projector or an article. Parts, properties and words are those of
 * `<live-poll>`.
 *
 * @fires live-poll-results - Newer figures are shown. `{ pollId, results }`
 * @fires live-poll-error - The poll cannot be shown. `{ pollId, code, message }`
 *
 * @slot footer - Your own words under the poll.
 */
export class LivePollResults extends PollElement {
  protected override readonly acts = null

  protected override viewOf(poll: Poll, watched: WatchedPoll, surroundings: Surroundings): View {
    return resultsViewOf(poll, watched, surroundings)
  }
}
