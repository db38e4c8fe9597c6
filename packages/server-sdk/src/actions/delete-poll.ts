import { pollError } from '@live-poll/client-sdk/protocol'
import type { PollFactsCache } from '../ballot-box/poll-facts.ts'
import type { ImageRecords } from '../ports/image-records.ts'
import type { PollStore } from '../ports/poll-store.ts'
import type { Board } from '../results/board.ts'

export type DeletePoll = (pollId: string) => Promise<void>

export interface DeletePollParts {
  readonly polls: Pick<PollStore, 'delete'>
  readonly images: Pick<ImageRecords, 'ofPoll'>
  /** Removes those of these pictures that nothing uses. Never throws. */
  readonly removeImages: (ids: readonly string[]) => Promise<void>
  readonly facts: Pick<PollFactsCache, 'drop'>
  readonly board: Pick<Board, 'deleted'>
}

/**
 * Removes a poll, all its votes, and those of its pictures that no other poll shows; whoever watches it is told.
 * @throws PollError `POLL_NOT_FOUND`
 */
export function createDeletePoll({ polls, images, removeImages, facts, board }: DeletePollParts): DeletePoll {
  return async (pollId) => {
    const shown = await images.ofPoll(pollId) // what a last edit adds to them, a sweep removes
    const wasThere = await polls.delete(pollId)
    facts.drop(pollId)
    board.deleted(pollId) // not there, too: nobody may have heard of the request that removed it
    if (!wasThere) throw pollError('POLL_NOT_FOUND')
    await removeImages(shown)
  }
}
