import type { Poll } from '@live-poll/client-sdk/protocol'
import type { NewPoll } from '../domain/poll-input.ts'

/** A before-hook's no. */
export interface Refusal {
  /** Why, in words: whoever asked is told so. '' for the words of the code. */
  readonly refuse: string
}

/** Nothing lets it pass. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing at all
export type Verdict = Refusal | null | undefined | void

/**
 * Whose ballot a vote is. Only users are named, by the host's own id: a device is nobody the host knows, and of an
 * invitation nothing says who holds it, not even where a user has shown it.
 */
export type HookVoter = { readonly kind: 'user'; readonly id: string } | { readonly kind: 'device' | 'invitation' }

/** A vote that fits its poll, before it is in the box. */
export interface VoteToCast {
  readonly pollId: string
  /** The same for every repeat of one vote. */
  readonly voteId: string
  /** Choice ids, ascending; null retracts. */
  readonly choices: readonly number[] | null
  readonly voter: HookVoter
  /** What it replaces: 0 for a first vote; undefined: whatever is there. */
  readonly revision: number | undefined
  /** The epoch its voter saw; undefined: whichever it is. */
  readonly epoch: number | undefined
}

/** A vote that is in the box. */
export interface AcceptedVote extends Pick<VoteToCast, 'pollId' | 'voteId' | 'choices' | 'voter'> {
  /** 1 for a voter's first vote, one more for each change or retraction. */
  readonly revision: number
  readonly epoch: number
}

/** A poll that is about to be made, checked and with its defaults. Times are ISO 8601, in UTC. */
export interface PollToCreate extends Omit<NewPoll, 'opensAt' | 'closesAt'> {
  readonly opensAt: string | null
  readonly closesAt: string | null
}

/** A poll as it is after what was done to it, with its results. */
export interface PollTurn {
  readonly poll: Poll
  /** The organizer who made it, as the host names them; null: the host's own code, or the admin key. */
  readonly owner: string | null
}

/**
 * The host's own code around votes and polls, in this process. Each may be async. What goes wrong in one concerns the
 * request it is about, and no other.
 *
 * **Before-hooks** are asked before anything is written, about all ways in: HTTP, channel, relay and `api`. They let pass
 * by returning nothing, and refuse by returning `{ refuse: 'why' }`. One that throws, returns anything else or takes longer
 * than `timeout` has failed: nothing is written, the log has the cause, and the answer is `UNAVAILABLE` with `retryAfter`.
 * So a hook that is broken lets nothing pass it, and the fault of a moment costs nobody a vote: clients ask again by
 * themselves, under the same vote id. (`INTERNAL` would be given up after some tries, and is our own failure, not the
 * host's.) Since a request may come again, a hook may be asked again about the same: answer it the same.
 *
 * **After-hooks** are told what is committed, once, on the node that did it. They come after the answer and never change
 * or delay it; what they throw is in the log. A process that is killed may not come to tell: at most once. What must see
 * every vote belongs into `sinks`. `close()` waits for those that run, up to `timeout`.
 */
export interface Hooks {
  /** Milliseconds that a hook may take. @default 5000 */
  readonly timeout?: number
  /**
   * Asked about a vote that fits its poll and whose voter may vote there; refused, it is answered `VOTE_REFUSED`. A vote of
   * the same voter in the same poll that comes meanwhile waits for this one; no other does. Those that are asked about count
   * as waiting: more than `queueSize` are answered `BUSY`. Of a repeat of a vote that is in the box already nobody knows
   * that yet: it is asked about, too.
   */
  readonly beforeVote?: (vote: VoteToCast) => Verdict | Promise<Verdict>
  /** Told of each vote that counts: first ones, changes and retractions, not of repeats. */
  readonly afterVote?: (vote: AcceptedVote) => unknown
  /** Asked about a poll without mistakes; refused, it is answered `FORBIDDEN`. Repeats by idempotency key are asked about, too. */
  readonly beforeCreate?: (asked: {
    readonly poll: PollToCreate
    readonly owner: string | null
  }) => Verdict | Promise<Verdict>
  /** Told of a poll that was made. */
  readonly afterCreate?: (turn: PollTurn) => unknown
  /** Told of an edit that changed something. */
  readonly afterEdit?: (turn: PollTurn) => unknown
  /**
   * Told when a poll is closed, by whom or by its time, with its final results: on the node that wrote it down, whichever
   * came first.
   */
  readonly afterClose?: (turn: PollTurn) => unknown
  /** Told when an epoch has ended and its votes are gone. */
  readonly afterReset?: (turn: PollTurn) => unknown
  /** Told of a poll that is gone. */
  readonly afterDelete?: (gone: { readonly pollId: string }) => unknown
}

export type HookName = Exclude<keyof Hooks, 'timeout'>

/** By hook, what it is asked about or told of. */
export type HookSubjects = { readonly [N in HookName]: Parameters<Required<Hooks>[N]>[0] }

/** Those that are told of a poll. */
export type PollTurnHook = 'afterCreate' | 'afterEdit' | 'afterClose' | 'afterReset'
