import { type PollPage, pollError } from '@live-poll/client-sdk/protocol'
import { isDue, type PollRecord } from '../domain/poll.ts'
import { toPoll, toResults } from '../domain/results.ts'
import type { PollStore } from '../ports/poll-store.ts'
import type { ReadRecord } from './read-poll.ts'

export interface ListPollsInput {
  /** `next` of the page before. */
  readonly cursor?: string
  /** 1 to 100. @default 20 */
  readonly limit?: number
}

export type ListPolls = (input?: ListPollsInput) => Promise<PollPage>

const maxLimit = 100

/** Newest first. @throws PollError `INVALID` */
export function createListPolls(
  polls: Pick<PollStore, 'list'>,
  readRecord: ReadRecord,
  channelUrl: string | null,
): ListPolls {
  /** As an organizer sees it. Nobody sees a poll open after its time: reading it by itself closes it. */
  const settle = async (record: PollRecord) =>
    (isDue(record.facts, record.now) && (await readRecord(record.facts.id))) || record

  return async ({ cursor, limit = 20 } = {}) => {
    if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
      throw pollError('INVALID', { issues: [{ path: 'limit', message: `Send 1 to ${maxLimit}.` }] })
    }
    const page = await polls.list({ after: cursor, limit })
    if (!page) {
      throw pollError('INVALID', { issues: [{ path: 'cursor', message: 'Send "next" of the page before.' }] })
    }
    const records = await Promise.all(page.records.map(settle))
    return { polls: records.map((record) => toPoll(record, toResults(record), channelUrl)), next: page.next }
  }
}
