/** Which web origins may use this server. */
export interface Origins {
  /** Whether pages of this origin may use the API. No origin: not a browser's cross-origin request. */
  allows(origin: string | null, host: string | null): boolean
  /**
   * Whether its pages may open the channel, which may stand on a port of its own: the API's pages then come from another
   * port of the same host. The channel reads no cookies.
   */
  allowsChannel(origin: string | null, host: string | null): boolean
  /** Whether its requests may carry the host's cookies: only the server's own origin and those named one by one. */
  isTrusted(origin: string | null, host: string | null): boolean
}

/**
 * @param allowed exact origins (`https://www.example.org`), or `*` for pages anywhere, which then vote with their
 * own tokens and never with the host's cookies
 */
export function createOrigins(allowed: readonly string[] | '*'): Origins {
  const named = new Set(allowed === '*' ? [] : allowed)
  const isTrusted = (origin: string | null, host: string | null) =>
    origin !== null && (named.has(origin) || isSameHost(origin, host))
  const allows = (origin: string | null, host: string | null) =>
    origin === null || allowed === '*' || isTrusted(origin, host)
  return {
    allows,
    allowsChannel: (origin, host) => allows(origin, host) || isSameHost(withoutPort(origin), withoutPort(host)),
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
