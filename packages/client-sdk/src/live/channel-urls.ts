import { channelUrlOf } from '../http/server-url.ts'

/** Where a channel may be found. One candidate is tried at a time. */
export interface ChannelUrls {
  current(): string
  /** The current one did not open: the next attempt goes to the next. */
  failed(): void
  /** A poll said where its channel is: that comes first from now on. */
  found(channelUrl: string | null): void
}

/** Candidates for a server: what its polls name, then the API's own host and port. */
export function createChannelUrls(server: string): ChannelUrls {
  const own = channelUrlOf(server)
  let named = own
  let isOwnTurn = false
  return {
    current: () => (isOwnTurn ? own : named),
    failed: () => {
      isOwnTurn = !isOwnTurn
    },
    found: (channelUrl) => {
      const url = channelUrl && absolute(channelUrl, own)
      if (!url || url === named) return
      named = url
      isOwnTurn = false
    },
  }
}

/** `:3001/live-poll/channel` is another port of the API's own host, whatever name the page knows it by. */
function absolute(channelUrl: string, own: string): string {
  if (!channelUrl.startsWith(':')) return channelUrl
  const { protocol, hostname } = new URL(own)
  return `${protocol}//${hostname}${channelUrl}`
}
