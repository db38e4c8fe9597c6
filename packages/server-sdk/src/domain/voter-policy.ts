import type { ErrorCode, VoterRule } from '@live-poll/client-sdk/protocol'
import type { Admitted, Voter } from './voter.ts'

/** What a poll asks of its voters. */
export interface VoterPolicy {
  /** What a voter must have: all of it. */
  readonly voters: readonly VoterRule[]
  readonly needsCaptcha: boolean
}

/** Whose ballot it is, and the invitation it uses up; or why they may not vote. */
export type Entry =
  | { readonly ok: true; readonly voter: Voter; readonly invitation: string | undefined }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string }

/**
 * Decides who votes when this voter comes to a poll. By invitation alone, the ballot is the invitation's: it is the same
 * on every device that has the code, and says nothing about who holds it. Whether the invitation is one of the poll's is
 * decided under the lock of its box.
 */
export function enter({ voters, needsCaptcha }: VoterPolicy, { voter, invitation, isHuman }: Admitted): Entry {
  const shown = voter.kind === 'invitation' ? voter.id : invitation
  if (voters.includes('account') && voter.kind !== 'user') return refuse('UNAUTHENTICATED', 'Sign in to vote.')
  if (voters.includes('invitation')) {
    if (shown === undefined) return refuse('INVITATION_INVALID', 'This poll needs an invitation.')
    const holder: Voter = voters.includes('account') ? voter : { kind: 'invitation', id: shown }
    return { ok: true, voter: holder, invitation: shown }
  }
  // A code would be a second ballot beside that of its holder's device.
  if (voter.kind === 'invitation') return refuse('INVITATION_INVALID', 'This invitation is not for this poll.')
  if (needsCaptcha && voter.kind === 'device' && !isHuman) return refuse('CAPTCHA_FAILED', 'Solve the captcha to vote.')
  return { ok: true, voter, invitation: undefined }
}

function refuse(code: ErrorCode, message: string): Entry {
  return { ok: false, code, message }
}
