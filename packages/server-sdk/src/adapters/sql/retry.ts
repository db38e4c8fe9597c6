import { setTimeout as sleep } from 'node:timers/promises'
import { pollError } from '@live-poll/client-sdk/protocol'

/** One piece of work and the time it has, however often it is begun again. */
export interface Retry {
  /**
   * Waits a moment before the work is begun again: a random one, so that two nodes do not meet again and again, and a
   * longer one each time.
   *
   * @param cause why it has to be
   * @throws PollError `UNAVAILABLE` with the cause, when the time is over
   */
  pause(cause: unknown): Promise<void>
}

/** Milliseconds in which work is begun again. */
const patience = 5000

/** Milliseconds of the longest pauses, the first and any. */
const firstPause = 25
const longestPause = 500

export function startRetry(): Retry {
  const started = performance.now()
  let longest = firstPause
  return {
    async pause(cause) {
      const pause = Math.random() * longest
      if (performance.now() + pause > started + patience) throw unavailable(cause)
      longest = Math.min(longest * 2, longestPause)
      await sleep(pause)
    },
  }
}

/** Says that the database does not answer. @param cause for the log, never for the wire */
export function unavailable(cause: unknown): Error {
  const error = pollError('UNAVAILABLE', { retryAfter: 500 })
  error.cause = cause
  return error
}
