export type { Account, PasswordChange, SignInInput, SignUpInput } from './accounts.ts'
export { closeCodes, reconnects } from './close-codes.ts'
export { decodeServerMessage, encode } from './codec.ts'
export { type Decoded, decodeClientMessage, decodeVoteInput, type VoteReply } from './decode-client-message.ts'
export type { ErrorCode } from './error-code.ts'
export { type ErrorInfo, errors, isErrorCode, pollError } from './errors.ts'
export { isVoteId, isVoterName } from './ids.ts'
export { imagePath, imageWidths } from './image-path.ts'
export { isNewer, type Snapshot, stateOrder } from './is-newer.ts'
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
  AdmissionInput,
  AuditEntry,
  Choice,
  ChoiceInput,
  ChooseBallot,
  ImageInput,
  Invitation,
  InvitationCounts,
  NamedVoter,
  Poll,
  PollEdit,
  PollImage,
  PollInput,
  PollPage,
  PollState,
  Results,
  ShowResults,
  StoredImage,
  VoidFilter,
  VoidInput,
  VoidOutcome,
  Vote,
  VoteInput,
  VoteReceipt,
  VoterAdmission,
  VoterRule,
} from './models.ts'
export { type ErrorBody, type ErrorDetails, type Issue, PollError } from './poll-error.ts'
export { isPollId } from './poll-id.ts'
