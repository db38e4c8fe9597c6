import { pollError } from '@live-poll/client-sdk/protocol'
import type { PollStore } from '../ports/poll-store.ts'
import type { VoteRecord, VoteRecords } from '../ports/vote-records.ts'

export type ExportVotes = (pollId: string) => AsyncIterable<VoteRecord>

/** Reads all votes of a poll, in constant memory. @throws PollError `POLL_NOT_FOUND`, at the first vote */
export function createExportVotes(polls: Pick<PollStore, 'read'>, records: Pick<VoteRecords, 'read'>): ExportVotes {
  return async function* exportVotes(pollId) {
    if (!(await polls.read(pollId))) throw pollError('POLL_NOT_FOUND')
    yield* records.read(pollId)
  }
}
