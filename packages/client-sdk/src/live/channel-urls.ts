import { channelUrlOf } from '../http/server-url.ts'

/** Where a channel may be found. One candidate is tried at a time. */
export interface ChannelUrls {
  current(): string
  /**
   * The current one did not open: the next attempt goes to the next.
   * @returns whether each has been tried in vain since one was last reached; after that, more than once
   */
  failed(): boolean
  /** The current one opened. */
  reached(): void
  /** A poll said where its channel is: that comes first from now on. */
  found(channelUrl: string | null): void
}

/** A server that was reached by its channel once is more likely restarting than out of a WebSocket's reach. */
const ROUNDS_MORE = 2

/** Candidates for a server: what its polls name, then the API's own host and port. */
export function createChannelUrls(server: string): ChannelUrls {
  const own = channelUrlOf(server)
  let candidates = [own]
  let turn = 0
  let failures = 0
  return {
    current: () => candidates[turn % candidates.length] ?? own,
    failed: () => {
      turn++
      return ++failures >= candidates.length
    },
    reached: () => {
      failures = -ROUNDS_MORE * candidates.length
    },
    found: (channelUrl) => {
      // `:3001/live-poll/channel` is another port of the API's own host, whatever name the page knows it by.
      const named = channelUrl?.startsWith(':') ? own.replace(/(\/\/(\[.*]|[^/:]*)).*/, `$1${channelUrl}`) : channelUrl
      if (!named || named === candidates[0]) return
      candidates = [named, own]
      turn = 0
    },
  }
}
