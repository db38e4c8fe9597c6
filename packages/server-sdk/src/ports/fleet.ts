import type { Logger } from './logger.ts'
import type { RateLimiter } from './rate-limiter.ts'
import type { ResultsBus } from './results-bus.ts'

/** What the nodes of one database share besides it, not yet open. */
export interface Fleet {
  /** The technology, as in `redis`. */
  readonly name: string
  /**
   * Connects, and waits no longer than two seconds: what is not there yet, or goes away, is a `problem()`.
   * @throws Error that says what to install
   */
  open(logger: Logger): Promise<OpenFleet>
}

/**
 * Makes nodes quicker to know of each other. It judges nothing: it may forget everything, and be gone at any time, and
 * every vote, count and limit is still right. Nothing here throws, or waits longer than a second, because it is gone.
 */
export interface OpenFleet {
  readonly results: ResultsBus
  readonly signals: Signals
  /**
   * A limit that all nodes keep together; each keeps its own while nobody can be asked.
   * @param name of what is limited, one limiter each
   */
  createRateLimiter(name: string, perSecond: number, burst: number): RateLimiter
  /** What is wrong with it, in words; undefined while all is well. */
  problem(): string | undefined
  /** Sends what is on its way, for two seconds at most, and ends what `open` began. May be called twice. */
  close(): Promise<void>
}

/** What a node tells the others. */
export type Signal =
  /** Rules, choices, times or owner of a poll have changed, or it is gone: what is remembered of it is out of date. */
  | { readonly kind: 'poll-changed'; readonly pollId: string }
  /** A session of the host's has ended. */
  | { readonly kind: 'session-ended'; readonly session: string }

/** Short messages from one node to every other. May be lost or repeated. */
export interface Signals {
  send(signal: Signal): void
  /** Hears the other nodes, never this one. @returns stops it */
  onSignal(listener: (signal: Signal) => void): () => void
}
