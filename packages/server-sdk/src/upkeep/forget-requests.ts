import type { Logger } from '../ports/logger.ts'
import type { PollStore } from '../ports/poll-store.ts'
import { repeat } from './repeat.ts'

/** Milliseconds between two sweeps of one node: they only give room back, for a key that is over counts no more. */
const round = { name: 'Sweep of idempotency keys', pause: 60_000, jitter: 60_000 }

/** Keys that one transaction removes. */
const pageSize = 500

/** Removes idempotency keys whose life is over, as long as there are any. On every node; each is removed once. @returns stop */
export function startForgettingRequests(polls: Pick<PollStore, 'forgetRequests'>, logger: Logger): () => void {
  let isStopped = false
  const stop = repeat(
    round,
    async () => {
      while (!isStopped && (await polls.forgetRequests(pageSize)) === pageSize);
    },
    logger,
  )
  return () => {
    isStopped = true
    stop()
  }
}
