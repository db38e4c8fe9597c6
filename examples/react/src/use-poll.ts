import type { PollClient, WatchedPoll } from '@live-poll/client-sdk'
import { useMemo, useSyncExternalStore } from 'react'

/** A poll as it is now, and again at every change. @returns undefined before the first render is done */
export function usePoll(client: PollClient, pollId: string): WatchedPoll | undefined {
  const store = useMemo(() => {
    let watched: WatchedPoll | undefined
    return {
      subscribe: (tell: () => void) =>
        client.watch(pollId, (next) => {
          watched = next
          tell()
        }),
      read: () => watched,
    }
  }, [client, pollId])
  return useSyncExternalStore(store.subscribe, store.read)
}
