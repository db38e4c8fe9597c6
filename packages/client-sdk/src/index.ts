export { createPollClient, type PollClient, type PollClientOptions } from './create-poll-client.ts'
export { createVoterClient, type VoterClientOptions } from './create-voter-client.ts'
export { createPollApi, type PollApi, type PollApiOptions } from './http/poll-api.ts'
export type { UploadOptions } from './http/upload-image.ts'
export type { WebSocketConstructor, WebSocketLike } from './live/connection.ts'
export type { Relay, RelayVote } from './live/relay.ts'
export type { TokenStorage } from './live/voter.ts'
export type { VoterClient } from './live/voter-client.ts'
export type { PollListener, WatchedPoll } from './live/watched-poll.ts'
export type { ErrorCode } from './protocol/error-code.ts'
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
} from './protocol/models.ts'
export { type ErrorDetails, type Issue, PollError } from './protocol/poll-error.ts'
