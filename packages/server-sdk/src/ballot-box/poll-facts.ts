import type { PollRules } from '../domain/poll.ts'
import type { Keys } from '../identity/keys.ts'
import type { PollStore } from '../ports/poll-store.ts'

/** What preparing a vote needs to know of its poll. May be out of date: the plan tells, under the lock. */
export interface PreparedPoll {
  readonly rules: PollRules
  readonly voterKeys: Uint8Array
}

export interface PollFactsCache {
  /** From memory if it is there; undefined when the poll does not exist. */
  get(pollId: string): Promise<PreparedPoll | undefined>
  /** Forgets what turned out to be out of date. */
  drop(pollId: string): void
}

/** Polls kept; beyond it the one that was loaded first goes. */
const capacity = 10_000

export function createPollFactsCache(polls: Pick<PollStore, 'read'>, keys: Keys): PollFactsCache {
  const cache = new Map<string, Promise<PreparedPoll | undefined>>()

  async function load(pollId: string): Promise<PreparedPoll | undefined> {
    const record = await polls.read(pollId)
    return record && { rules: record.facts, voterKeys: keys.voterKeys(record.facts.salt) }
  }

  return {
    get(pollId) {
      const known = cache.get(pollId)
      if (known) return known
      const loading = load(pollId)
      cache.set(pollId, loading)
      const oldest = cache.size > capacity ? cache.keys().next().value : undefined
      if (oldest !== undefined) cache.delete(oldest)
      // A poll that is missing now may exist in a moment, and a read that failed may succeed.
      const forget = () => cache.get(pollId) === loading && cache.delete(pollId)
      loading.then((poll) => poll ?? forget(), forget)
      return loading
    },
    drop: (pollId) => {
      cache.delete(pollId)
    },
  }
}
