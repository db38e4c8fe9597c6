import type { ErrorCode } from './error-code.ts'
import { type ErrorDetails, PollError } from './poll-error.ts'

/** What a code means everywhere: on HTTP, on the channel and in the client. */
export interface ErrorInfo {
  /** HTTP status. */
  readonly status: number
  /** Whether the same request may be sent again, unchanged (a vote: under the same vote id). */
  readonly retryable: boolean
  readonly message: string
}

/** The one table of errors. Codes are stable; messages may be reworded. */
export const errors = {
  BAD_JSON: { status: 400, retryable: false, message: 'The body is not valid JSON.' },
  INVALID: { status: 400, retryable: false, message: 'The request does not have the expected shape.' },
  UNSUPPORTED_TYPE: { status: 415, retryable: false, message: 'Send the body as application/json.' },
  TOO_LARGE: { status: 413, retryable: false, message: 'The request is too large.' },
  UNAUTHENTICATED: { status: 401, retryable: false, message: 'Sign in, or ask POST /voters for a voter token.' },
  FORBIDDEN: { status: 403, retryable: false, message: 'You may not do this.' },
  RESULTS_HIDDEN: { status: 403, retryable: false, message: 'The results of this poll are not shown to you.' },
  ORIGIN_NOT_ALLOWED: { status: 403, retryable: false, message: 'This origin may not use this server.' },
  POLL_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such poll.' },
  NOT_FOUND: { status: 404, retryable: false, message: 'There is nothing here.' },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, message: 'This route does not offer that method.' },
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    retryable: false,
    message: 'This Idempotency-Key was used with another body.',
  },
  INVITATION_INVALID: { status: 403, retryable: false, message: 'This invitation is not valid.' },
  INVITATION_USED: { status: 409, retryable: false, message: 'This invitation has been used.' },
  CAPTCHA_FAILED: { status: 403, retryable: false, message: 'The captcha was not solved.' },
  VOTE_REFUSED: { status: 403, retryable: false, message: 'This vote was refused.' },
  POLL_CLOSED: { status: 409, retryable: false, message: 'This poll is closed.' },
  POLL_NOT_OPEN: { status: 409, retryable: false, message: 'This poll is not open yet.' },
  POLL_HAS_VOTES: { status: 409, retryable: false, message: 'This cannot change once votes are in.' },
  ALREADY_VOTED: { status: 409, retryable: false, message: 'You have voted, and this poll takes no changes.' },
  VOTE_ID_REUSED: { status: 409, retryable: false, message: 'This vote id was used for another vote.' },
  REVISION_CONFLICT: { status: 409, retryable: false, message: 'Your vote has changed since you saw it.' },
  EPOCH_CHANGED: { status: 409, retryable: false, message: 'The poll was reset since you saw it.' },
  RATE_LIMITED: { status: 429, retryable: true, message: 'Too many requests; wait a moment.' },
  INTERNAL: { status: 500, retryable: true, message: 'Something went wrong on the server.' },
  BUSY: { status: 503, retryable: true, message: 'The server is busy; try again soon.' },
  UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: 'The outcome is not known yet; ask again with the same vote id.',
  },
  STORAGE_UNAVAILABLE: { status: 503, retryable: true, message: 'The image storage is not reachable.' },
} as const satisfies Record<ErrorCode, ErrorInfo>

/** Whether it is a code of the table of errors. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errors, value)
}

/** An error with the message of the table, unless a better one is given. For servers: a browser need not carry the table. */
export function pollError(code: ErrorCode, details?: ErrorDetails, message: string = errors[code].message): PollError {
  return new PollError(code, details, message)
}
