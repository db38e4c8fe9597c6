export { closeCodes, reconnects } from './close-codes.ts'
export {
  type Decoded,
  decodeClientMessage,
  decodeServerMessage,
  decodeVoteInput,
  encode,
  isPollId,
  isVoteId,
  isVoterName,
  type VoteReply,
} from './codec.ts'
export {
  type ErrorBody,
  type ErrorCode,
  type ErrorDetails,
  type ErrorInfo,
  errors,
  type Issue,
  isErrorCode,
  PollError,
} from './errors.ts'
export { isNewer, type Snapshot } from './is-newer.ts'
export { limits } from './limits.ts'
export {
  type ClientMessage,
  type DrainMessage,
  type ErrorMessage,
  type HelloMessage,
  type PingMessage,
  type PollMessage,
  type PongMessage,
  type RejectedMessage,
  type ResultsMessage,
  type ServerMessage,
  type StateMessage,
  SUBPROTOCOL,
  type UnwatchMessage,
  type VotedMessage,
  type VoteMessage,
  type WatchMessage,
  type WelcomeMessage,
} from './messages.ts'
export type {
  Choice,
  ChooseBallot,
  NamedVoter,
  Poll,
  PollInput,
  PollPage,
  PollState,
  Results,
  ShowResults,
  Vote,
  VoteInput,
  VoteReceipt,
  VoterAdmission,
} from './models.ts'
