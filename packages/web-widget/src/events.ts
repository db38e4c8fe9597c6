import type { ErrorCode, Results } from '@live-poll/client-sdk/voter'

/** `live-poll-vote`: the voter's vote, or its retraction, is committed. */
export interface VoteDetail {
  readonly pollId: string
  /** Choice ids; none when the vote was taken back. */
  readonly choices: readonly number[]
  /** 1 for the first vote, one more for each change; a retraction keeps it. */
  readonly revision: number
}

/** `live-poll-results`: the figures on screen are newer. */
export interface ResultsDetail {
  readonly pollId: string
  readonly results: Results
}

/** `live-poll-error`: a vote was refused, or the poll cannot be shown. */
export interface ErrorDetail {
  readonly pollId: string
  readonly code: ErrorCode
  readonly message: string
}

/** All events of `<live-poll>` and `<live-poll-results>`; they bubble and leave shadow trees. */
export interface LivePollEventMap {
  'live-poll-vote': CustomEvent<VoteDetail>
  'live-poll-results': CustomEvent<ResultsDetail>
  'live-poll-error': CustomEvent<ErrorDetail>
}

export function emit<Name extends keyof LivePollEventMap>(
  target: EventTarget,
  name: Name,
  detail: LivePollEventMap[Name]['detail'],
): void {
  target.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
}

declare global {
  interface GlobalEventHandlersEventMap extends LivePollEventMap {}
}
