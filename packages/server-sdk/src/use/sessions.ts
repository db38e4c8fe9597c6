import type { Identify } from '../index.ts'

/**
 * An `identify` that asks the session which express-session, @fastify/session or the like has put on the host's request.
 * Where there is none, or its cookie does not count (a page of an origin that is not trusted), nobody is signed in.
 *
 * @param toUser the user of a session, as the host's own sign-in has left it there; nothing for nobody
 * @example createLivePoll({ identify: fromSession<{ userId?: string }>(({ userId }) => userId && { id: userId }) })
 */
export function fromSession<Session extends object = Readonly<Record<string, unknown>>>(
  toUser: (session: Session) => ReturnType<Identify> | '',
): Identify {
  return ({ raw }) => {
    const session = (raw as { readonly session?: Session | null } | null | undefined)?.session
    return (session && toUser(session)) || undefined
  }
}
