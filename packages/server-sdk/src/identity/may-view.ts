import type { Admitted } from '../domain/voter.ts'
import type { InvitationStore } from '../ports/invitation-store.ts'
import type { Authorize, AuthorizedPoll, HostUser } from './host-user.ts'

/** Who wants to see a poll, as far as it is known. */
export interface Asker {
  /** By a voter's token or ticket. */
  readonly pass?: Admitted | undefined
  /** By the host's session. */
  readonly user?: HostUser | undefined
  /** Of the request, for `authorize`. */
  readonly headers?: Headers | undefined
}

/**
 * Whether a poll is there for who asks. A private one is for holders of its invitations, and for users whom the host lets
 * `viewPoll`; for everyone else there is no such poll, and every answer says so.
 */
export type MayView = (poll: AuthorizedPoll, asker: Asker) => Promise<boolean>

export function createMayView(
  authorize: Authorize | undefined,
  invitations: Pick<InvitationStore, 'isValid'>,
): MayView {
  return async (poll, { pass, user, headers = new Headers() }) => {
    if (!poll.isPrivate) return true
    const invitation = pass?.voter.kind === 'invitation' ? pass.voter.id : pass?.invitation
    if (invitation !== undefined && (await invitations.isValid(poll.id, invitation))) return true
    const asked = user ?? (pass?.voter.kind === 'user' ? { id: pass.voter.id } : undefined)
    return (asked && (await authorize?.({ action: 'viewPoll', user: asked, poll, headers }))) === true
  }
}
