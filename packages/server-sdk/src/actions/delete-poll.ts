import { pollError } from '@live-poll/client-sdk/protocol'
import type { PollFactsCache } from '../ballot-box/poll-facts.ts'
import type { PollStore } from '../ports/poll-store.ts'
import type { Board } from '../results/board.ts'

export type DeletePoll = (pollId: string) => Promise<void>

/** Removes a poll and all its votes; whoever watches it is told. @throws PollError `POLL_NOT_FOUND` */
export function createDeletePoll(
  polls: Pick<PollStore, 'delete'>,
  facts: Pick<PollFactsCache, 'drop'>,
  board: Pick<Board, 'deleted'>,
): DeletePoll {
  return async (pollId) => {
    const wasThere = await polls.delete(pollId)
    facts.drop(pollId)
    board.deleted(pollId) // not there, too: nobody may have heard of the request that removed it
    if (!wasThere) throw pollError('POLL_NOT_FOUND')
  }
}
