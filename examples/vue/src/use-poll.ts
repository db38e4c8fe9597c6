import type { PollClient, WatchedPoll } from '@live-poll/client-sdk'
import { type MaybeRefOrGetter, type ShallowRef, shallowRef, toValue, watchEffect } from 'vue'

/** A poll as it is now, and at every change, until the component is gone. */
export function usePoll(
  client: PollClient,
  pollId: MaybeRefOrGetter<string>,
): Readonly<ShallowRef<WatchedPoll | undefined>> {
  const watched = shallowRef<WatchedPoll>()
  watchEffect((onCleanup) => {
    const stop = client.watch(toValue(pollId), (next) => {
      watched.value = next
    })
    onCleanup(stop)
  })
  return watched
}
