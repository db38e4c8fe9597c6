import { type AuditEntry, pollError } from '@live-poll/client-sdk/protocol'
import type { PollStore } from '../ports/poll-store.ts'
import type { VoteAudit } from '../ports/vote-audit.ts'

export type ReadAudit = (pollId: string) => Promise<readonly AuditEntry[]>

/** What was done to votes that were cast: the newest 1,000 entries, newest first. @throws PollError `POLL_NOT_FOUND` */
export function createReadAudit(polls: Pick<PollStore, 'read'>, audit: Pick<VoteAudit, 'read'>): ReadAudit {
  return async (pollId) => {
    if (!(await polls.read(pollId))) throw pollError('POLL_NOT_FOUND')
    return audit.read(pollId)
  }
}
