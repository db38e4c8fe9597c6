import {
  type ErrorCode,
  type ErrorDetails,
  errors,
  type PollError,
  type ServerMessage,
  type VoteMessage,
} from '@live-poll/client-sdk/protocol'

/** @param message as of the code, where nothing better is to be said */
export function toErrorMessage(
  code: ErrorCode,
  { retryAfter, pollId, issues }: ErrorDetails & { pollId?: string },
  message = issues?.[0]?.message ?? errors[code].message,
): ServerMessage {
  return { type: 'error', code, message, pollId, retryAfter }
}

/** A `PollError`, or as much of one as is sent: where thousands are refused, each trace of a stack would cost more than a vote. */
export type Refusal = Pick<PollError, 'code' | 'details'> & { readonly message?: string }

export function toRejected(
  { voteId, pollId }: Pick<VoteMessage, 'voteId' | 'pollId'>,
  { code, message = errors[code].message, details }: Refusal,
): ServerMessage {
  const { retryAfter, revision, vote, epoch, issues } = details
  return { type: 'rejected', voteId, pollId, code, message, issues, retryAfter, revision, vote, epoch }
}
