import type { Poll } from '@live-poll/client-sdk/protocol'
import type { PollFactsCache } from '../ballot-box/poll-facts.ts'
import type { PollStore } from '../ports/poll-store.ts'
import type { Board } from '../results/board.ts'
import type { ReadPoll } from './read-poll.ts'

export type ClosePoll = (pollId: string) => Promise<Poll>

/**
 * Closes a poll for good: every vote acknowledged is in the result of the answer, none comes after it.
 * Safe to repeat. @throws PollError `POLL_NOT_FOUND`
 */
export function createClosePoll(
  polls: Pick<PollStore, 'close'>,
  facts: Pick<PollFactsCache, 'drop'>,
  board: Board,
  readPoll: ReadPoll,
): ClosePoll {
  return async (pollId) => {
    const outcome = await polls.close(pollId, 'now')
    // Without effect, too: nobody may have heard of the request that had it, if its answer was lost.
    if (outcome !== 'not-found') {
      facts.drop(pollId)
      board.markDirty(pollId)
    }
    return (await readPoll(pollId)).poll
  }
}
