import { attempt } from './attempt.ts'
import type { ErrorCode } from './error-code.ts'
import { isVoteId, isVoterName } from './ids.ts'
import { limits } from './limits.ts'
import type { ClientMessage, VoteMessage } from './messages.ts'
import type { VoteInput } from './models.ts'
import type { Issue } from './poll-error.ts'
import { isPollId } from './poll-id.ts'
import { readUsualVote } from './usual-vote.ts'

/** What a frame or body turned out to be: the value, or the code and issues to answer with. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ErrorCode; readonly issues: readonly Issue[]; readonly reply?: VoteReply }

/** Where a malformed vote can still be answered by `rejected`, because its ids were readable. */
export interface VoteReply {
  readonly voteId: string
  readonly pollId: string
}

function isCredential(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= limits.credentialLength
}

function isCounter(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** Distinct choice ids; whether the poll has them is the ballot's question, not the codec's. */
function isChoices(value: unknown): value is readonly number[] {
  if (!Array.isArray(value) || value.length > limits.maxChoices) return false
  for (const id of value) if (!Number.isInteger(id) || id < 1 || id > 0x7fff) return false
  return value.length < 2 || new Set(value).size === value.length
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(path: string, message: string, reply?: VoteReply): Decoded<never> {
  return { ok: false, code: 'INVALID', issues: [{ path, message }], ...(reply && { reply }) }
}

/** Reads a message from a client. Unknown fields are ignored: versions meet during a deploy. */
export function decodeClientMessage(text: string): Decoded<ClientMessage> {
  const vote = readUsualVote(text)
  if (vote) return { ok: true, value: vote }
  const value: unknown = attempt(() => JSON.parse(text))
  if (value === undefined) return { ok: false, code: 'BAD_JSON', issues: [] }
  if (!isRecord(value)) return invalid('', 'Send a JSON object with a "type".')
  switch (value.type) {
    case 'vote':
      return decodeVote(value)
    case 'watch': {
      const { pollId, epoch, version } = value
      if (!isPollId(pollId)) return invalid('pollId', 'Name the poll by its id.')
      if (epoch !== undefined && !isCounter(epoch)) return invalid('epoch', 'Send the epoch last seen, or nothing.')
      if (version !== undefined && !isCounter(version))
        return invalid('version', 'Send the version last seen, or nothing.')
      return { ok: true, value: { type: 'watch', pollId, epoch, version } }
    }
    case 'unwatch':
      if (!isPollId(value.pollId)) return invalid('pollId', 'Name the poll by its id.')
      return { ok: true, value: { type: 'unwatch', pollId: value.pollId } }
    case 'hello': {
      const { ticket, token } = value
      if (ticket !== undefined && !isCredential(ticket)) return invalid('ticket', 'Send the ticket from POST /voters.')
      if (token !== undefined && !isCredential(token)) return invalid('token', 'Send the token from POST /voters.')
      return { ok: true, value: { type: 'hello', ticket, token } }
    }
    case 'ping':
      return { ok: true, value: { type: 'ping' } }
    default:
      return invalid('type', 'Send one of hello, watch, unwatch, vote, ping.')
  }
}

function decodeVote(value: Record<string, unknown>): Decoded<VoteMessage> {
  const { voteId, pollId, choices, revision, epoch, voter } = value
  if (!isVoteId(voteId)) return invalid('voteId', voteIdRule())
  if (!isPollId(pollId)) return invalid('pollId', 'Name the poll by its id.')
  const reply = { voteId, pollId }
  if (choices !== null && !isChoices(choices)) return invalid('choices', choicesRule, reply)
  if (revision !== undefined && !isCounter(revision)) return invalid('revision', revisionRule, reply)
  if (epoch !== undefined && !isCounter(epoch)) return invalid('epoch', epochRule, reply)
  if (voter !== undefined && !isVoterName(voter)) return invalid('voter', voterRule(), reply)
  return { ok: true, value: { type: 'vote', voteId, pollId, choices, revision, epoch, voter } }
}

const voteIdRule = () => `Send a vote id of 1 to ${limits.voteIdLength} letters, digits, or any of . : _ -`
const choicesRule = 'Send an array of distinct choice ids.'
const revisionRule = 'Send the revision this vote replaces (0 for the first), or nothing.'
const epochRule = 'Send the epoch of the poll, or nothing.'
const voterRule = () => `Send an id of 1 to ${limits.voterLength} characters, without control characters.`

/** Reads the parsed body of `PUT /polls/:id/vote`. */
export function decodeVoteInput(value: unknown): Decoded<VoteInput> {
  if (!isRecord(value)) return invalid('', 'Send a JSON object with "voteId" and "choices".')
  const { voteId, choices, revision, epoch } = value
  if (!isVoteId(voteId)) return invalid('voteId', voteIdRule())
  if (!isChoices(choices)) return invalid('choices', choicesRule)
  if (revision !== undefined && !isCounter(revision)) return invalid('revision', revisionRule)
  if (epoch !== undefined && !isCounter(epoch)) return invalid('epoch', epochRule)
  return { ok: true, value: { voteId, choices, revision, epoch } }
}
