import { randomBytes } from 'node:crypto'
import { type Invitation, type Issue, limits, pollError } from '@live-poll/client-sdk/protocol'
import { checkIdempotencyKey } from '../domain/idempotency-key.ts'
import { invitationIdOf, makeInvitationCode } from '../identity/invitation-code.ts'
import type { InvitationStore } from '../ports/invitation-store.ts'

/** What makes a repeat harmless. */
export interface CreateInvitationsContext {
  /** The same key with the same poll answers the same codes, at any time, as long as the secret is the same. */
  readonly idempotencyKey?: string | undefined
}

export type CreateInvitations = (
  pollId: string,
  input: unknown,
  context?: CreateInvitationsContext,
) => Promise<readonly Invitation[]>

/**
 * Makes invitations, `{"count": 500}`. Their codes are in the answer and nowhere else: what is kept tells whether a code
 * is one, and not what it is.
 *
 * @throws PollError `INVALID` with issues, `POLL_NOT_FOUND`
 */
export function createCreateInvitations(invitations: Pick<InvitationStore, 'add'>, key: Uint8Array): CreateInvitations {
  return async (pollId, input, { idempotencyKey } = {}) => {
    const count = readCount(input)
    if (idempotencyKey !== undefined) checkIdempotencyKey(idempotencyKey)
    const batch = idempotencyKey === undefined ? randomBytes(16).toString('base64url') : `key ${idempotencyKey}`
    const made = Array.from({ length: count }, (_, index): Invitation => {
      const code = makeInvitationCode(key, pollId, batch, index)
      return { id: invitationIdOf(code) as string, code }
    })
    const ids = made.map(({ id }) => id)
    if (!(await invitations.add(pollId, ids))) throw pollError('POLL_NOT_FOUND')
    return made
  }
}

function readCount(input: unknown): number {
  const issues: Issue[] = []
  const { count, ...unknown } = typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {}
  for (const field of Object.keys(unknown)) issues.push({ path: field, message: 'This field is not known.' })
  const isCount = Number.isInteger(count) && (count as number) >= 1 && (count as number) <= limits.invitations
  if (!isCount) issues.push({ path: 'count', message: `Send 1 to ${limits.invitations}.` })
  if (issues.length > 0) throw pollError('INVALID', { issues })
  return count as number
}
