import { limits } from './limits.ts'

const voteIdPattern = /^[\w.:-]+$/

/** Whether it can be the id of a vote: 1 to 64 of `A-Z a-z 0-9 _ . : -`. */
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
