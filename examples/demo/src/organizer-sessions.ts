import { randomBytes } from 'node:crypto'

/** Who may make polls: whoever opened the link that stands in the terminal. Kept in memory, for one run. */
export interface OrganizerSessions {
  /** A code that signs in one organizer, once. Codes made before stop working. */
  createCode(): string
  /** Signs in. @returns the session, to be kept in a cookie; undefined for a code that is used up, or none at all */
  redeem(code: string | null): string | undefined
  /** The organizer of a session, as `identify` wants them. */
  find(session: string | undefined): { readonly id: string } | undefined
}

export function createOrganizerSessions(): OrganizerSessions {
  const organizers = new Map<string, { readonly id: string }>()
  let validCode: string | undefined

  return {
    createCode() {
      validCode = randomBytes(24).toString('base64url')
      return validCode
    },
    redeem(code) {
      if (code === null || code !== validCode) return undefined
      validCode = undefined
      const session = randomBytes(24).toString('base64url')
      organizers.set(session, { id: `organizer-${randomBytes(6).toString('hex')}` })
      return session
    },
    find: (session) => (session === undefined ? undefined : organizers.get(session)),
  }
}
