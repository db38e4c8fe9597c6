import type { InvitationCounts } from '@live-poll/client-sdk/protocol'

/** Invitations by their ids: what is kept of their codes. Using one up is the ballot box's business. */
export interface InvitationStore {
  /** Writes those that are not there yet, in one transaction. @returns false when there is no such poll */
  add(pollId: string, ids: readonly string[]): Promise<boolean>
  /** Whether it is one of the poll's and not revoked; used or not. */
  isValid(pollId: string, id: string): Promise<boolean>
  /** Whether it is of any poll and not revoked. */
  isKnown(id: string): Promise<boolean>
  count(pollId: string): Promise<InvitationCounts>
  /**
   * From here on no vote is cast with it; one that it was used for stays in the box. Repeated, it changes nothing.
   * @returns whether the poll has it
   */
  revoke(pollId: string, id: string): Promise<boolean>
}
