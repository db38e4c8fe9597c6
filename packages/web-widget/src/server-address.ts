/** Where a page finds its server when nothing else says so. */
export const ownServer = '/live-poll'

/** The server that served the bundle at `scriptUrl`: its directory; `/live-poll` for a script without a web address. */
export function serverOf(scriptUrl: string): string {
  return /^https?:/.test(scriptUrl) ? new URL('.', scriptUrl).href : ownServer
}

/** The absolute address of `server` on a page at `base`, without a slash at the end, so that equal servers are equal strings. */
export function resolveServer(server: string, base: string): string {
  return new URL(server, base).href.replace(/\/+$/, '')
}
