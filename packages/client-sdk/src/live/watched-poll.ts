import type { Poll, Results, Vote } from '../protocol/models.ts'
import type { PollError } from '../protocol/poll-error.ts'

/** All that a screen shows of one poll. A new object at every change. */
export interface WatchedPoll {
  /** Null until it is loaded, and when there is no such poll. */
  readonly poll: Poll | null
  /** The newest results that fit the choices of `poll`; null when they are hidden. */
  readonly results: Results | null
  /** The own vote as committed; null before the first. */
  readonly vote: Vote | null
  /** The own vote that is not answered yet, the last one if several are on their way. */
  readonly pending: { readonly choices: readonly number[] | null } | null
  /** `error` only while there is nothing to show; it goes over to `ready` by itself when the cause passes. */
  readonly status: 'loading' | 'ready' | 'not-found' | 'error'
  readonly error: PollError | null
  /**
   * How many watch this poll on the same server node; null where that is not known, or not for this viewer.
   * It may lag behind by a while, since it comes along with results.
   */
  readonly watching: number | null
  /**
   * How news arrives. `connecting`: the first attempt is under way. `sse` (Server-Sent Events) and `polling` (a
   * question every 5 s): no WebSocket opens here, votes go over HTTP. `none`: offline, the last state is kept.
   */
  readonly transport: Transport
  /**
   * The time by the server's clock, which opens and closes polls, in ms since 1970: for counting down to `opensAt` and
   * `closesAt`, whatever this device's clock says. Always the same function.
   */
  readonly serverNow: () => number
}

export type Transport = 'connecting' | 'websocket' | 'sse' | 'polling' | 'none'

/** Called with the newest state whenever something that a page shows has changed. */
export type PollListener = (state: WatchedPoll) => void
