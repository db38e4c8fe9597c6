import type { HttpRequest } from './http-message.ts'
import { callerOf, type Origins } from './origins.ts'
import { headerOf } from './read-header.ts'

/**
 * Whether the cookies of a request count: only where a page of a trusted origin has sent it.
 * The header cannot be sent across origins without a preflight; browsers leave `Origin` out of their own GETs.
 */
export function mayCarryCookies(
  request: Pick<HttpRequest, 'method' | 'headers' | 'header'>,
  origins: Pick<Origins, 'isTrusted'>,
): boolean {
  const { method } = request
  if (headerOf(request, 'live-poll-client') !== '1') return false
  const caller = callerOf(request)
  if (caller.origin !== null) return origins.isTrusted(caller)
  const isOwnPage = caller.fetchSite === null || caller.fetchSite === 'same-origin'
  return isOwnPage && (method === 'GET' || method === 'HEAD')
}
