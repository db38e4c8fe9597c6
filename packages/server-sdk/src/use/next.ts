import type { LivePoll } from '../index.ts'
import { toFetch } from './fetch.ts'

type NextMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'

/** The handlers of a route of Next.js, by method. */
export type NextHandlers = Readonly<Record<NextMethod, (request: Request) => Promise<Response>>>

/**
 * Mounts the routes into a Next.js app: the handlers of `app/live-poll/[...path]/route.ts`, or wherever `basePath` is.
 * Next.js does not say who is at the other end: set `trustedProxies`.
 * @example export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = toNext(livePoll)
 */
export function toNext(livePoll: LivePoll): NextHandlers {
  const handle = toFetch(livePoll)
  const answer = async (request: Request) => (await handle(request)) ?? new Response(null, { status: 404 })
  return { GET: answer, HEAD: answer, POST: answer, PUT: answer, PATCH: answer, DELETE: answer, OPTIONS: answer }
}
