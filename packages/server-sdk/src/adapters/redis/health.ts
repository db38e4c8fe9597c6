import type { Logger } from '../../ports/logger.ts'

/** What is wrong with Redis, as far as this node knows. */
export interface Health {
  /** Something did not work. */
  failed(error: unknown): void
  /** All that was tried in one look has worked. */
  looksWell(): void
  /** In words; undefined while all is well. */
  problem(): string | undefined
}

/**
 * Says once that something is wrong, and once that nothing is any more, however much fails in between.
 * @param calm milliseconds without a failure until all is well again
 */
export function createHealth(logger: Logger, calm: number): Health {
  let problem: string | undefined
  let failedAt = 0
  return {
    failed(error) {
      failedAt = performance.now()
      const isNew = problem === undefined
      problem = describe(error)
      // Never the error itself: ioredis hangs its command on it, and that of AUTH holds the password.
      if (isNew) logger.warn(`${problem} Votes go on; screens of other nodes follow the database, a little later.`)
    },
    looksWell() {
      if (problem === undefined || performance.now() - failedAt < calm) return
      problem = undefined
      logger.info('Redis works again.')
    },
    problem: () => problem,
  }
}

const words: readonly (readonly [RegExp, string])[] = [
  [/^OOM/, 'Redis is full.'],
  [/^READONLY/, 'Redis is read-only.'],
  [/^LOADING|^MASTERDOWN/, 'Redis is loading its data.'],
  [/^CLUSTERDOWN/, 'The Redis Cluster is not whole.'],
  [/^(NOAUTH|WRONGPASS|NOPERM)/, 'Redis does not let us in, or not do what is needed (scripts, hashes, pub/sub).'],
  [
    /timed? ?out|closed|writeable|ready|ECONN|EPIPE|EHOST|ENOTFOUND|None of|Failed to refresh/i,
    'Redis does not answer.',
  ],
]

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return words.find(([pattern]) => pattern.test(message))?.[1] ?? `Redis: ${message}`
}
