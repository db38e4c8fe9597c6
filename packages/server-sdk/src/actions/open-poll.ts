import { type Poll, pollError } from '@live-poll/client-sdk/protocol'
import type { PollFactsCache } from '../ballot-box/poll-facts.ts'
import type { PollStore } from '../ports/poll-store.ts'
import type { Board } from '../results/board.ts'
import type { ReadPoll } from './read-poll.ts'

export type OpenPoll = (pollId: string) => Promise<Poll>

/** Opens a scheduled poll now; an open one stays as it is. @throws PollError `POLL_NOT_FOUND`, `POLL_CLOSED` */
export function createOpenPoll(
  polls: Pick<PollStore, 'open'>,
  facts: Pick<PollFactsCache, 'drop'>,
  board: Board,
  readPoll: ReadPoll,
): OpenPoll {
  return async (pollId) => {
    const outcome = await polls.open(pollId)
    if (outcome === 'refused') throw pollError('POLL_CLOSED')
    // Without effect, too: nobody may have heard of the request that had it, if its answer was lost.
    if (outcome !== 'not-found') {
      facts.drop(pollId)
      board.markDirty(pollId)
    }
    return (await readPoll(pollId)).poll
  }
}
