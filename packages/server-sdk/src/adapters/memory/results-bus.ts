import { RecentMap } from '../../domain/recent-map.ts'
import { isNewerSnapshot } from '../../domain/snapshot.ts'
import type { PollNews, PollProgress, PollSnapshot, ResultsBus } from '../../ports/results-bus.ts'

/** Polls whose newest snapshot is kept, at least: those that changed, or were asked for, last. */
const remembered = 10_000

/** The bus of a single process. */
export function createMemoryBus(): ResultsBus {
  const kept = new RecentMap<PollSnapshot>(remembered)
  const listeners = new Set<(news: PollNews) => void>()
  const followed = new Set<string>()
  const followListeners = new Set<(pollId: string) => void>()
  const behindListeners = new Set<(pollId: string, kept: PollProgress) => void>()

  function keep(snapshot: PollSnapshot) {
    const { pollId, results } = snapshot
    const current = kept.get(pollId)
    if (current && !isNewerSnapshot(snapshot, current)) {
      const { epoch, version } = current.results
      if (epoch === results.epoch && version === results.version) return
      for (const listener of behindListeners) listener(pollId, { epoch, version })
      return
    }
    kept.set(pollId, snapshot)
  }

  return {
    publish(news) {
      if (news.kind === 'snapshot') keep(news)
      else kept.delete(news.pollId)
      for (const listener of listeners) listener(news)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    follow(pollId) {
      if (followed.has(pollId)) return
      followed.add(pollId)
      for (const listener of followListeners) listener(pollId)
    },
    unfollow: (pollId) => void followed.delete(pollId),
    isFollowed: (pollId) => followed.has(pollId),
    onFollow(listener) {
      followListeners.add(listener)
      return () => followListeners.delete(listener)
    },
    newest: async (pollId) => kept.get(pollId),
    onBehind(listener) {
      behindListeners.add(listener)
      return () => behindListeners.delete(listener)
    },
    onGap: () => () => {}, // nobody else publishes
  }
}
