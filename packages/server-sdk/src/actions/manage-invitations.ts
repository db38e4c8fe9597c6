import { type InvitationCounts, pollError } from '@live-poll/client-sdk/protocol'
import type { InvitationStore } from '../ports/invitation-store.ts'
import type { PollStore } from '../ports/poll-store.ts'

export type CountInvitations = (pollId: string) => Promise<InvitationCounts>

/** How many a poll has, how many of them were voted with, and how many are revoked. @throws PollError `POLL_NOT_FOUND` */
export function createCountInvitations(
  polls: Pick<PollStore, 'read'>,
  invitations: Pick<InvitationStore, 'count'>,
): CountInvitations {
  return async (pollId) => {
    if (!(await polls.read(pollId))) throw pollError('POLL_NOT_FOUND')
    return invitations.count(pollId)
  }
}

export type RevokeInvitation = (pollId: string, invitation: string) => Promise<void>

/**
 * Makes an invitation worthless from now on. A vote that was cast with it stays: void it to take it out. Safe to repeat.
 * @throws PollError `POLL_NOT_FOUND`, `NOT_FOUND`
 */
export function createRevokeInvitation(
  polls: Pick<PollStore, 'read'>,
  invitations: Pick<InvitationStore, 'revoke'>,
): RevokeInvitation {
  return async (pollId, invitation) => {
    if (await invitations.revoke(pollId, invitation)) return
    if (!(await polls.read(pollId))) throw pollError('POLL_NOT_FOUND')
    throw pollError('NOT_FOUND', {}, 'This poll has no such invitation.')
  }
}
