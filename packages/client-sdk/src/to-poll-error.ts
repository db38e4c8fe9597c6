import type { ErrorCode } from './protocol/error-code.ts'
import { type ErrorDetails, PollError } from './protocol/poll-error.ts'

/** An error as it stands on the wire: in an HTTP body, in `rejected`, or in `error`. */
export interface WireError extends ErrorDetails {
  readonly type?: string
  readonly pollId?: string
  readonly code: ErrorCode
  readonly message: string
}

export function toPollError({ type, pollId, code, message, ...details }: WireError): PollError {
  return new PollError(code, details, message)
}
