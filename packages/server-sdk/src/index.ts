export {
  type Account,
  type AuditEntry,
  type ErrorCode,
  type Issue,
  type NamedVoter,
  type Poll,
  PollError,
  type PollInput,
  type PollPage,
  type Results,
  type StoredImage,
  type VoidFilter,
  type VoidInput,
  type VoidOutcome,
  type Vote,
  type VoteReceipt,
} from '@live-poll/client-sdk/protocol'
export type { CreateInvitationsContext } from './actions/create-invitations.ts'
export type { CreatePollContext } from './actions/create-poll.ts'
export type { DeadLetter, DeadLetterPage, ListDeadLettersInput } from './actions/dead-letters.ts'
export type { ErasureOutcome, VoterToErase } from './actions/erase-voter.ts'
export type { ListPollsInput } from './actions/list-polls.ts'
export type { VoidVotesContext } from './actions/void-votes.ts'
export type { CastVoteInput, LivePollApi, WatchOptions } from './api.ts'
export type { ChannelEvents, ChannelServer, ChannelSocket } from './channel/channel-server.ts'
export type { ChannelLimits } from './channel/limits.ts'
export { createLivePoll, type LivePoll } from './create-live-poll.ts'
export type { EventText, PollEvent } from './domain/poll-event.ts'
export type { HttpBody, HttpReply, HttpRequest, HttpSink, HttpStreamEvents } from './http/http-message.ts'
export type { Caller } from './http/origins.ts'
export type { CaptchaOptions } from './identity/captcha.ts'
export type { Action, Authorize, AuthorizedPoll, HostUser, Identify, OrganizerAction } from './identity/host-user.ts'
export type { EndedSessions } from './identity/sessions.ts'
export type { ImageOptions, LivePollOptions } from './options.ts'
export type { Accounts } from './ports/accounts.ts'
export type { Database, OpenDatabase } from './ports/database.ts'
export type { EventSink } from './ports/event-sink.ts'
export type { Fleet, OpenFleet } from './ports/fleet.ts'
export type {
  AcceptedVote,
  Hooks,
  HookVoter,
  PollToCreate,
  PollTurn,
  Refusal,
  Verdict,
  VoteToCast,
} from './ports/hooks.ts'
export type { ByteRange, ImageStore, StoredObject } from './ports/image-store.ts'
export type { Logger } from './ports/logger.ts'
export type { RecountOutcome, TallyDifference, VoteRecord } from './ports/vote-records.ts'
export { OptionError } from './resolve-options.ts'
export type { Shedding } from './upkeep/watch-load.ts'
