export { createVoterClient, type VoterClientOptions } from './create-voter-client.ts'
export type { WebSocketConstructor, WebSocketLike } from './live/connection.ts'
export type { TokenStorage } from './live/voter.ts'
export type { VoterClient } from './live/voter-client.ts'
export type { PollListener, WatchedPoll } from './live/watched-poll.ts'
export type { ErrorCode } from './protocol/error-code.ts'
export type {
  Choice,
  ChooseBallot,
  Poll,
  PollImage,
  PollState,
  Results,
  ShowResults,
  Vote,
  VoteReceipt,
  VoterRule,
} from './protocol/models.ts'
export { type ErrorDetails, type Issue, PollError } from './protocol/poll-error.ts'
