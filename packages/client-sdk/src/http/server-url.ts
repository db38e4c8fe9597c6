/**
 * The absolute base URL of the API, without a trailing slash.
 * @throws TypeError when `server` is relative and there is no page to resolve it against (Node, server-side rendering).
 */
export function serverUrl(server = '/live-poll'): string {
  return new URL(server, globalThis.location?.href).href.replace(/\/+$/, '')
}

/** Where the channel of an API is when a poll names no `channelUrl`: same host, same port. */
export function channelUrlOf(server: string): string {
  return `${server.replace(/^http/, 'ws')}/channel`
}
