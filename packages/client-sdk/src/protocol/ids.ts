import { limits } from './limits.ts'

// The length is that of `limits.pollIdLength`, written out: so a browser, which needs only this, does not carry them all.
const pollIdPattern = /^[\w-]{1,64}$/
const voteIdPattern = /^[\w.:-]+$/

export function isPollId(value: unknown): value is string {
  return typeof value === 'string' && pollIdPattern.test(value)
}

export function isVoteId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= limits.voteIdLength && voteIdPattern.test(value)
}

/** A host's id of a voter: any text without control characters or lone surrogates. */
export function isVoterName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= limits.voterLength &&
    !/[\p{Cc}\p{Cs}]/u.test(value)
  )
}
