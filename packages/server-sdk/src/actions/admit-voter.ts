import { randomBytes } from 'node:crypto'
import {
  isVoterName,
  limits,
  type NamedVoter,
  type PollError,
  pollError,
  type VoterAdmission,
} from '@live-poll/client-sdk/protocol'
import type { Voter } from '../domain/voter.ts'
import type { Tokens } from '../identity/tokens.ts'

export interface AdmitVoter {
  /** Token and ticket of a voter who has shown who they are. */
  known(voter: Voter): VoterAdmission
  /** A voter nobody knows: a device, told apart by the token alone. */
  newDevice(): VoterAdmission
  /** Voters the host names by its own ids. @throws PollError `INVALID` */
  named(ids: unknown): { voters: NamedVoter[] }
  /** A ticket for a connection that casts for many voters. */
  relay(): { ticket: string }
}

export function createAdmitVoter(tokens: Tokens): AdmitVoter {
  function known(voter: Voter): VoterAdmission {
    const token = tokens.voterToken(voter)
    const ticket = tokens.ticket({ kind: 'voter', voter })
    return {
      voterId: voter.id,
      token: token.text,
      expiresAt: token.expiresAt.toISOString(),
      ticket: ticket.text,
      ticketExpiresAt: ticket.expiresAt.toISOString(),
    }
  }

  return {
    known,
    newDevice: () => known({ kind: 'device', id: randomBytes(16).toString('base64url') }),
    named(ids) {
      if (!Array.isArray(ids) || ids.length === 0 || ids.length > limits.namedVoters) {
        throw invalid('voters', `Send 1 to ${limits.namedVoters} ids.`)
      }
      return {
        voters: ids.map((id, index) => {
          if (!isVoterName(id)) throw invalid(`voters.${index}`, `Send 1 to ${limits.voterLength} characters.`)
          const { token, ticket } = known({ kind: 'user', id })
          return { id, token, ticket }
        }),
      }
    },
    relay: () => ({ ticket: tokens.ticket({ kind: 'relay' }).text }),
  }
}

function invalid(path: string, message: string): PollError {
  return pollError('INVALID', { issues: [{ path, message }] })
}
