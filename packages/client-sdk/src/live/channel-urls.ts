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
  let candidates = [channelUrlOf(server)]
  let turn = 0
  return {
    current: () => candidates[turn % candidates.length] as string,
    failed: () => {
      turn++
    },
    found: (channelUrl) => {
      if (channelUrl === null || candidates[0] === channelUrl) return
      candidates = [...new Set([channelUrl, channelUrlOf(server)])]
      turn = 0
    },
  }
}
