import { isNewer, type Poll, pollError, type Results } from '@live-poll/client-sdk/protocol'
import { isDue, type PollRecord } from '../domain/poll.ts'
import { toPoll, toResults } from '../domain/results.ts'
import type { PollStore } from '../ports/poll-store.ts'
import type { Board } from '../results/board.ts'
import { coalesce } from '../results/coalesce.ts'

/** Reads a poll; undefined when there is none. */
export type ReadRecord = (pollId: string) => Promise<PollRecord | undefined>

/**
 * Reads polls from SQL, one reading at a time a poll however many ask. A poll whose closing time has come is closed
 * before the answer, so that nobody sees it open after its time, or closed before its last batch has committed.
 */
export function createReadRecord(polls: Pick<PollStore, 'read' | 'close'>): ReadRecord {
  return coalesce(async (pollId) => {
    const record = await polls.read(pollId)
    if (!record || !isDue(record.facts, record.now)) return record
    await polls.close(pollId, 'due')
    return polls.read(pollId)
  })
}

export type ReadPoll = (pollId: string) => Promise<Poll>

/** @throws PollError `POLL_NOT_FOUND` */
export function createReadPoll(readRecord: ReadRecord, board: Board, channelUrl: string | null): ReadPoll {
  return async (pollId) => {
    const record = await readRecord(pollId)
    if (!record) throw pollError('POLL_NOT_FOUND')
    return toPoll(record, newestOf(toResults(record), board.newest(pollId)), channelUrl)
  }
}

/** What this node has published meanwhile counts too: whoever reads now may have missed that frame. */
function newestOf(read: Results, published: Results | undefined): Results {
  return published?.edition === read.edition && isNewer(published, read) ? published : read
}
