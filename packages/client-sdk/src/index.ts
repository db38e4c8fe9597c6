export { createPollClient, type PollClient, type PollClientOptions } from './create-poll-client.ts'
export { createPollApi, type PollApi, type PollApiOptions } from './http/poll-api.ts'
export type { WebSocketConstructor, WebSocketLike } from './live/connection.ts'
export type { Relay, RelayVote } from './live/relay.ts'
export type { TokenStorage } from './live/voter.ts'
export type { PollListener, WatchedPoll } from './live/watched-polls.ts'
export {
  type Choice,
  type ChooseBallot,
  type ErrorCode,
  type ErrorDetails,
  type Issue,
  type NamedVoter,
  type Poll,
  PollError,
  type PollInput,
  type PollPage,
  type PollState,
  type Results,
  type ShowResults,
  type Vote,
  type VoteInput,
  type VoteReceipt,
  type VoterAdmission,
} from './protocol/index.ts'
