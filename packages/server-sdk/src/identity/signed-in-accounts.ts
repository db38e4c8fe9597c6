import type { OpenAccounts } from '../ports/accounts.ts'
import type { Authorize, Identify } from './host-user.ts'
import type { EndedSessions } from './sessions.ts'

/** What a host says of its users. */
export interface HostIdentity {
  readonly identify?: Identify | undefined
  readonly authorize?: Authorize | undefined
  readonly endedSessions?: EndedSessions | undefined
}

/** Accounts in the place of a host's own sign-in: who is signed in votes, and is an organizer by role. */
export function signedInAccounts(accounts: OpenAccounts, { authorize }: HostIdentity): HostIdentity {
  return {
    async identify({ headers }) {
      const found = await accounts.identify({ cookie: headers.get('cookie'), origin: headers.get('origin') })
      return found && { ...found.account, session: found.session }
    },
    authorize: authorize ?? (async ({ user }) => user !== undefined && (await accounts.isOrganizer(user.id))),
    endedSessions: accounts.endedSessions,
  }
}
