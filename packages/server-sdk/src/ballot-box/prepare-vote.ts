import { pollError } from '@live-poll/client-sdk/protocol'
import { type Ballot, readBallot } from '../domain/ballot.ts'
import type { Admitted } from '../domain/voter.ts'
import { enter } from '../domain/voter-policy.ts'
import { voterKey } from '../identity/voter-key.ts'
import type { PreparedVote } from '../ports/ballot-store.ts'
import type { PreparedPoll } from './poll-facts.ts'

/** A vote as it came from a voter, its shape already checked. */
export interface VoteRequest extends Admitted {
  readonly pollId: string
  readonly voteId: string
  /** Null retracts. */
  readonly choices: readonly number[] | null
  readonly revision?: number
  readonly epoch?: number
  /** Cast for the voter by the host's own code, or a relay of its: private polls are there for it. */
  readonly isTrusted?: boolean
}

/**
 * Fits a vote to the poll's plan: the ballot in its one form, the voter's key, the box.
 * @throws PollError when the voter lacks what the poll asks for: `UNAUTHENTICATED`, `INVITATION_INVALID`,
 * `CAPTCHA_FAILED`; when the choices are no ballot of this poll: `INVALID`, or `EPOCH_CHANGED` where they were chosen in
 * another epoch, whose choices may have been others
 */
export function prepareVote(request: VoteRequest, { rules, voterKeys }: PreparedPoll): PreparedVote {
  const entry = enter(rules, request)
  if (!entry.ok) throw pollError(entry.code, {}, entry.message)
  const key = voterKey(voterKeys, entry.voter)
  return {
    pollId: rules.id,
    box: boxOf(key, rules.boxes),
    voterKey: key,
    voteId: request.voteId,
    plan: rules.plan,
    planEpoch: rules.epoch,
    ballot: request.choices === null ? null : fit(request.choices, request.epoch, rules),
    revision: request.revision,
    epoch: request.epoch,
    invitation: entry.invitation,
  }
}

function fit(choices: readonly number[], epoch: number | undefined, rules: PreparedPoll['rules']): Ballot {
  const result = readBallot(choices, rules)
  if (result.ok) return result.ballot
  if (epoch !== undefined && epoch !== rules.epoch) throw pollError('EPOCH_CHANGED', { epoch: rules.epoch })
  throw pollError('INVALID', { issues: result.issues }, result.issues[0]?.message)
}

/** Every node sends a voter to the same box. The key is uniform already: its first 32 bits will do. */
function boxOf(key: string, boxes: number): number {
  return boxes === 1 ? 0 : Buffer.from(key, 'base64url').readUInt32BE(0) % boxes
}
