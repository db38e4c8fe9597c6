import type { ErrorCode } from './error-code.ts'
import type { Poll, PollState, Results, Vote } from './models.ts'
import type { ErrorDetails } from './poll-error.ts'

/** The WebSocket subprotocol. */
export const SUBPROTOCOL = 'live-poll.v1'

/** First message on a connection. With neither ticket nor token, one may watch but not vote. */
export interface HelloMessage {
  readonly type: 'hello'
  readonly ticket?: string
  readonly token?: string
}

/** Answered by exactly one `poll` (or `error`), then by `results` as they change. */
export interface WatchMessage {
  readonly type: 'watch'
  readonly pollId: string
  readonly epoch?: number
  readonly version?: number
}

/** Ends what `watch` has begun. */
export interface UnwatchMessage {
  readonly type: 'unwatch'
  readonly pollId: string
}

/** Answered by exactly one `voted` or `rejected` with the same vote id. */
export interface VoteMessage {
  readonly type: 'vote'
  readonly voteId: string
  readonly pollId: string
  /** Choice ids; null retracts. */
  readonly choices: readonly number[] | null
  readonly revision?: number
  readonly epoch?: number
  /** On a relay only, where it is required: the host's id of the voter. */
  readonly voter?: string
}

/** Asks whether the line is there. */
export interface PingMessage {
  readonly type: 'ping'
}

/** Whatever a client may send. */
export type ClientMessage = HelloMessage | WatchMessage | UnwatchMessage | VoteMessage | PingMessage

/** Answers `hello`: who votes on this connection. */
export interface WelcomeMessage {
  readonly type: 'welcome'
  /** Null without credentials and on a relay. */
  readonly voterId: string | null
}

/** Answers `watch`: the whole poll, and the own vote. */
export interface PollMessage {
  readonly type: 'poll'
  readonly poll: Poll
  readonly vote: Vote | null
  /** The database's clock, by which the poll opens and closes. ISO 8601. */
  readonly now: string
  /** How many watch the poll; absent where `poll.results` is null. */
  readonly watching?: number
}

/** A vote that is committed. */
export interface VotedMessage {
  readonly type: 'voted'
  readonly voteId: string
  readonly pollId: string
  readonly revision: number
  readonly epoch: number
  readonly duplicate?: true
  readonly voter?: string
}

/** A vote that is not taken, or whose outcome is unknown: the code says which. */
export interface RejectedMessage extends Omit<ErrorDetails, 'requestId'> {
  readonly type: 'rejected'
  readonly voteId: string
  readonly pollId: string
  readonly code: ErrorCode
  readonly message: string
}

export interface ResultsMessage extends Results {
  readonly type: 'results'
  /** How many watch the poll. No part of the results: it may differ between two frames of one version. */
  readonly watching?: number
}

/** For watchers who may not see results. */
export interface StateMessage {
  readonly type: 'state'
  readonly pollId: string
  readonly epoch: number
  readonly state: PollState
  readonly edition: number
}

/** A message that cannot be done: malformed, or about a poll that is not there for this client. */
export interface ErrorMessage {
  readonly type: 'error'
  readonly code: ErrorCode
  readonly message: string
  readonly pollId?: string
  readonly retryAfter?: number
}

/** The server is going away: come back within `spread` milliseconds, at a random moment. */
export interface DrainMessage {
  readonly type: 'drain'
  readonly spread: number
}

/** Answers `ping`. */
export interface PongMessage {
  readonly type: 'pong'
}

/** Whatever a server may send. Clients ignore a type that they do not know. */
export type ServerMessage =
  | WelcomeMessage
  | PollMessage
  | VotedMessage
  | RejectedMessage
  | ResultsMessage
  | StateMessage
  | ErrorMessage
  | DrainMessage
  | PongMessage
