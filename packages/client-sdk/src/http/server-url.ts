import { attempt } from '../protocol/attempt.ts'

/**
 * The absolute base URL of the API, without a trailing slash.
 * @throws TypeError when `server` is relative and there is no page to resolve it against (Node, server-side rendering).
 */
export function serverUrl(server = '/live-poll'): string {
  const url = attempt(() => new URL(server, globalThis.location?.href))
  if (!url) throw new TypeError(`Pass \`server\` as an absolute URL: "${server}" cannot be resolved here.`)
  return url.href.replace(/\/+$/, '')
}

/** Where the channel of an API is when a poll names no `channelUrl`: same host, same port. */
export function channelUrlOf(server: string): string {
  return `${server.replace(/^http/, 'ws')}/channel`
}
