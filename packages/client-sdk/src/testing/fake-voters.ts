import { pollError } from '../protocol/errors.ts'
import type { VoterAdmission } from '../protocol/models.ts'

const tokenPrefix = 'lpv_fake-'
const ticketPrefix = 'lpt_fake-'
const yearMs = 365 * 24 * 60 * 60 * 1000

/** The voters of a fake server: devices, numbered as they come. A token says who it is; nothing is signed. */
export interface FakeVoters {
  admit(token: string | undefined, isKnown: boolean): VoterAdmission
  /** Who shows this token or ticket; null: nobody. @throws PollError `UNAUTHENTICATED` */
  who(credential: string | undefined): string | null
}

export function createFakeVoters(): FakeVoters {
  let devices = 0

  function who(credential: string | undefined): string | null {
    if (credential === undefined || credential.startsWith('lpa_')) return null
    const prefix = [tokenPrefix, ticketPrefix].find((prefix) => credential.startsWith(prefix))
    if (!prefix) throw pollError('UNAUTHENTICATED')
    return decodeURIComponent(credential.slice(prefix.length))
  }

  return {
    who,
    admit(token, isKnown) {
      const known = who(token)
      if (known === null && isKnown) throw pollError('UNAUTHENTICATED')
      const voterId = known ?? `device-${++devices}`
      const expiresAt = new Date(Date.now() + yearMs).toISOString()
      return {
        ...{ voterId, kind: 'device', isSession: false },
        ...{ token: tokenPrefix + encodeURIComponent(voterId), expiresAt },
        ...{ ticket: ticketPrefix + encodeURIComponent(voterId), ticketExpiresAt: expiresAt },
      }
    },
  }
}
