import { type HelloMessage, type PollError, pollError, type VoteMessage } from '@live-poll/client-sdk/protocol'
import type { VoteRequest } from '../ballot-box/prepare-vote.ts'
import type { Admission, Tokens, VoterPass } from '../identity/tokens.ts'
import type { ChannelSocket } from './channel-server.ts'

/** What a connection has shown at `hello`; 'nobody': neither ticket nor token. */
export type Shown = Admission | 'nobody'

/** @returns what a `hello` shows; undefined: what is not valid */
export function readCredential(
  { ticket, token }: HelloMessage,
  tokens: Pick<Tokens, 'readTicket' | 'readVoterToken'>,
  origin: ChannelSocket['origin'],
): Shown | undefined {
  if (ticket !== undefined) return tokens.readTicket(ticket, origin)
  if (token === undefined) return 'nobody'
  const pass = tokens.readVoterToken(token)
  return pass && { kind: 'voter', ...pass }
}

export function passOf(shown: Shown | undefined): VoterPass | undefined {
  return typeof shown === 'object' && shown.kind === 'voter' ? shown : undefined
}

export function askerOf(shown: Shown): VoterPass | 'relay' | undefined {
  return typeof shown === 'object' && shown.kind === 'relay' ? 'relay' : passOf(shown)
}

/**
 * Whose vote it is that comes over a connection.
 * @throws PollError `UNAUTHENTICATED`; `INVALID` for a relay that names no voter, and for a voter who names one
 */
export function requestFor(vote: VoteMessage, shown: Shown | undefined): VoteRequest {
  const { pollId, voteId, choices, revision, epoch, voter: named } = vote
  if (!shown || shown === 'nobody') throw pollError('UNAUTHENTICATED')
  if (shown.kind === 'relay') {
    if (named === undefined) throw invalidVoter('On a relay, name the voter.')
    return { pollId, voteId, choices, revision, epoch, voter: { kind: 'user', id: named }, isTrusted: true }
  }
  if (named !== undefined) throw invalidVoter('Only a relay names voters.')
  const { voter, invitation, isHuman } = shown
  return { pollId, voteId, choices, revision, epoch, voter, invitation, isHuman }
}

function invalidVoter(message: string): PollError {
  return pollError('INVALID', { issues: [{ path: 'voter', message }] }, message)
}
