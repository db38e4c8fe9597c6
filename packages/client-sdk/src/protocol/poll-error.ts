import type { ErrorCode } from './error-code.ts'
import type { Vote } from './models.ts'

/** One thing that is wrong with an input: where (dotted path, empty for the whole) and what to do about it. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** What may accompany a code. */
export interface ErrorDetails {
  readonly issues?: readonly Issue[]
  /** Milliseconds to wait before trying again. */
  readonly retryAfter?: number
  /** REVISION_CONFLICT and ALREADY_VOTED: the revision that stands. */
  readonly revision?: number
  /** REVISION_CONFLICT and ALREADY_VOTED: the vote that stands, to go on from. */
  readonly vote?: Vote
  /** EPOCH_CHANGED: the epoch that is current. */
  readonly epoch?: number
  readonly requestId?: string
  /** The vote this is about. After UNAVAILABLE its outcome is unknown: ask again under this id. */
  readonly voteId?: string
}

/** The body of every HTTP answer with status 400 and above. */
export interface ErrorBody {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly requestId: string } & ErrorDetails
}

/** The codes after which the same request may be sent again. The table of errors says the same; a test holds them equal. */
const retryableCodes = /^(RATE_LIMITED|INTERNAL|BUSY|\w*UNAVAILABLE)$/

/** An expected failure with its code from the table of errors. A later server may send a code that is not in it yet. */
export class PollError extends Error {
  override readonly name = 'PollError'
  declare readonly code: ErrorCode
  declare readonly details: ErrorDetails

  /** @param message What to show; `pollError` fills in the table's, which a browser need not carry. */
  constructor(code: ErrorCode, details: ErrorDetails = {}, message: string = code) {
    super(message)
    this.code = code
    this.details = details
  }

  /** Whether the same request may be sent again, unchanged (a vote: under the same vote id). */
  get retryable(): boolean {
    return retryableCodes.test(this.code)
  }
}
