import { type ErrorDetails, isErrorCode, PollError } from './protocol/errors.ts'

/** Reads an error off the wire. A code of a later version becomes `INTERNAL`, with the server's own words. */
export function toPollError(error: ErrorDetails & { readonly code: string; readonly message: string }): PollError {
  const { code, message, issues, retryAfter, revision, epoch, requestId, voteId } = error
  const details = { issues, retryAfter, revision, epoch, requestId, voteId }
  const given = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined))
  return new PollError(isErrorCode(code) ? code : 'INTERNAL', given, message)
}
