import type { HttpRequest } from './http-message.ts'
import { headerOf } from './read-header.ts'

/** What a request says of the page that it comes from. */
export interface Caller {
  readonly origin: string | null
  readonly host: string | null
  /** `Sec-Fetch-Site`: only browsers send it. https://www.w3.org/TR/fetch-metadata/ */
  readonly fetchSite: string | null
}

export function callerOf(request: Pick<HttpRequest, 'headers' | 'header'>): Caller {
  return {
    origin: headerOf(request, 'origin'),
    host: headerOf(request, 'host'),
    fetchSite: headerOf(request, 'sec-fetch-site'),
  }
}

/** Which web origins may use this server. */
export interface Origins {
  /**
   * Whether pages of this origin may use the API. Without an origin: a browser's own GET, or no browser at all.
   * @param isChange whether the request changes anything: a browser then says its origin, and it is not `null`
   */
  allows(caller: Caller, isChange: boolean): boolean
  /**
   * Whether its pages may open the channel, which may stand on a port of its own: the API's pages then come from another
   * port of the same host. The channel reads no cookies.
   */
  allowsChannel(caller: Caller): boolean
  /** Whether its requests may carry the host's cookies: only the server's own origin and those named one by one. */
  isTrusted(caller: Caller): boolean
}

/**
 * @param allowed exact origins (`https://www.example.org`), or `*` for pages anywhere, which then vote with their
 * own tokens and never with the host's cookies
 */
export function createOrigins(allowed: readonly string[] | '*'): Origins {
  const named = new Set(allowed === '*' ? [] : allowed)
  const isTrusted = ({ origin, host }: Caller) => origin !== null && (named.has(origin) || isSameHost(origin, host))

  function allows(caller: Caller, isChange: boolean): boolean {
    const { origin, fetchSite } = caller
    if (origin === null) return !isChange || fetchSite === null
    // A sandboxed page, a file, a redirect: nobody knows whose.
    if (origin === 'null' && isChange) return false
    return allowed === '*' || isTrusted(caller)
  }

  return {
    allows,
    allowsChannel(caller) {
      if (allows(caller, true)) return true
      // Long polling begins with a GET: a browser leaves out its own origin there, and vouches for it.
      if (caller.origin === null && caller.fetchSite === 'same-origin') return true
      return isSameHost(withoutPort(caller.origin), withoutPort(caller.host))
    },
    isTrusted,
  }
}

/** The scheme is left out: behind a proxy that ends TLS, this server cannot know it. */
function isSameHost(origin: string | null, host: string | null): boolean {
  if (origin === null || host === null || !/^https?:\/\/[^/]+$/.test(origin)) return false
  return origin.replace(/^https?:\/\//, '') === host.toLowerCase()
}

function withoutPort(text: string | null): string | null {
  return text?.replace(/:\d+$/, '') ?? null
}
