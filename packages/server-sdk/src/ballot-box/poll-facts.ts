import type { PollFacts } from '../domain/poll.ts'
import type { Keys } from '../identity/keys.ts'
import type { PollStore } from '../ports/poll-store.ts'

/** What preparing a vote needs to know of its poll. May be out of date: the plan tells, under the lock. */
export interface PreparedPoll {
  readonly rules: PollFacts
  readonly voterKeys: Uint8Array
}

export interface PollFactsCache {
  /** From memory if it is there; undefined when the poll does not exist. */
  get(pollId: string): Promise<PreparedPoll | undefined>
  /** What is in memory. Votes come by the thousand: none of them has to wait for a promise. */
  known(pollId: string): PreparedPoll | undefined
  /**
   * Forgets what turned out to be out of date.
   * @param stale what `get` answered then: a newer reading is kept, so that a thousand votes of one old plan read the
   * poll once. Left out: whatever is there
   */
  drop(pollId: string, stale?: PreparedPoll): void
}

interface Reading {
  readonly loading: Promise<PreparedPoll | undefined>
  /** Once it is there. */
  poll: PreparedPoll | undefined
}

/** Polls kept; beyond it the one that was loaded first goes. */
const capacity = 10_000

export function createPollFactsCache(polls: Pick<PollStore, 'read'>, keys: Keys): PollFactsCache {
  const cache = new Map<string, Reading>()

  async function load(pollId: string): Promise<PreparedPoll | undefined> {
    const record = await polls.read(pollId)
    return record && { rules: record.facts, voterKeys: keys.voterKeys(record.facts.salt) }
  }

  return {
    get(pollId) {
      const known = cache.get(pollId)
      if (known) return known.loading
      const reading: Reading = { loading: load(pollId), poll: undefined }
      cache.set(pollId, reading)
      const oldest = cache.size > capacity ? cache.keys().next().value : undefined
      if (oldest !== undefined) cache.delete(oldest)
      // A poll that is missing now may exist in a moment, and a read that failed may succeed.
      const forget = () => cache.get(pollId) === reading && cache.delete(pollId)
      reading.loading.then((poll) => {
        reading.poll = poll
        if (!poll) forget()
      }, forget)
      return reading.loading
    },
    known: (pollId) => cache.get(pollId)?.poll,
    drop(pollId, stale) {
      if (stale === undefined || cache.get(pollId)?.poll === stale) cache.delete(pollId)
    },
  }
}
