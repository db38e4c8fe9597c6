import { limits } from './limits.ts'

const voteIdPattern = /^[\w.:-]+$/

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
