import { randomBytes } from 'node:crypto'
import {
  isVoterName,
  limits,
  type NamedVoter,
  type PollError,
  pollError,
  type VoterAdmission,
} from '@live-poll/client-sdk/protocol'
import type { CheckCaptcha } from '../identity/captcha.ts'
import { invitationIdOf } from '../identity/invitation-code.ts'
import type { Tokens, VoterPass } from '../identity/tokens.ts'
import type { InvitationStore } from '../ports/invitation-store.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { RateLimiter } from '../ports/rate-limiter.ts'

/** Who wants to vote. */
export interface AdmissionRequest {
  /** What they have shown so far: their session, or a token; undefined: nothing. */
  readonly pass: VoterPass | undefined
  /** Of the page they come from; null where there is none. */
  readonly origin: string | null
  /** Names the network they come from, without telling it. */
  readonly network: string
  /** The body: an `AdmissionInput`. Unknown fields are passed over. */
  readonly input: Readonly<Record<string, unknown>>
}

export interface AdmitVoter {
  /**
   * Token and ticket of a voter: who they have shown to be, or the holder of an invitation, or a new device.
   * @throws PollError `INVALID`, `INVITATION_INVALID`, `CAPTCHA_FAILED`; `RATE_LIMITED` where a network makes too many
   * devices; `UNAUTHENTICATED` with `isKnown` for who is nobody yet
   */
  admit(request: AdmissionRequest): Promise<VoterAdmission>
  /** Voters the host names by its own ids. @throws PollError `INVALID` */
  named(ids: unknown): { voters: NamedVoter[] }
  /** A ticket for a connection that casts for many voters. */
  relay(): { ticket: string }
}

export interface AdmitVoterParts {
  readonly tokens: Tokens
  readonly invitations: Pick<InvitationStore, 'isKnown'>
  /** Undefined: this server has no captcha, and answers to one are passed over. */
  readonly checkCaptcha: CheckCaptcha | undefined
  readonly newDevices: RateLimiter
  readonly metrics: Pick<Metrics, 'count'>
}

export function createAdmitVoter(parts: AdmitVoterParts): AdmitVoter {
  const { tokens, invitations, checkCaptcha, newDevices, metrics } = parts

  function known(pass: VoterPass, origin: string | null): VoterAdmission {
    const token = tokens.voterToken(pass)
    const ticket = tokens.ticket({ kind: 'voter', ...pass }, origin)
    return {
      voterId: pass.voter.id,
      kind: pass.voter.kind,
      isSession: pass.session !== undefined,
      token: token.text,
      expiresAt: token.expiresAt.toISOString(),
      ticket: ticket.text,
      ticketExpiresAt: ticket.expiresAt.toISOString(),
    }
  }

  /** A user brings the invitation along; for anyone else it says who they are. */
  async function invite(pass: VoterPass | undefined, code: unknown): Promise<VoterPass> {
    if (typeof code !== 'string') throw invalid('invitation', 'Send the code as a text.')
    const id = code.length <= limits.invitationLength ? invitationIdOf(code) : undefined
    if (id === undefined || !(await invitations.isKnown(id))) throw pollError('INVITATION_INVALID')
    return pass?.voter.kind === 'user' ? { ...pass, invitation: id } : { voter: { kind: 'invitation', id } }
  }

  async function newDevice(network: string): Promise<VoterPass> {
    const retryAfter = await newDevices.take(network)
    if (retryAfter > 0) {
      metrics.count('live_poll_new_devices_refused_total')
      throw pollError('RATE_LIMITED', { retryAfter }, 'Too many new voters from your network; try again soon.')
    }
    metrics.count('live_poll_new_devices_total')
    return { voter: { kind: 'device', id: randomBytes(16).toString('base64url') } }
  }

  async function solved(answer: unknown): Promise<boolean> {
    if (answer === undefined || !checkCaptcha) return false
    if (typeof answer !== 'string' || answer.length > limits.captchaLength) {
      throw invalid('captcha', `Send the answer as a text of at most ${limits.captchaLength} characters.`)
    }
    if (await checkCaptcha(answer)) return true
    throw pollError('CAPTCHA_FAILED')
  }

  return {
    async admit({ pass, origin, network, input: { invitation, captcha, isKnown = false } }) {
      if (typeof isKnown !== 'boolean') throw invalid('isKnown', 'Send true or false.')
      const shown = invitation === undefined ? pass : await invite(pass, invitation)
      if (!shown && isKnown) throw pollError('UNAUTHENTICATED', {}, 'Nobody is signed in.')
      const isHuman = await solved(captcha)
      const admitted = shown ?? (await newDevice(network))
      return known(isHuman ? { ...admitted, isHuman } : admitted, origin)
    },
    named(ids) {
      if (!Array.isArray(ids) || ids.length === 0 || ids.length > limits.namedVoters) {
        throw invalid('voters', `Send 1 to ${limits.namedVoters} ids.`)
      }
      return {
        voters: ids.map((id, index) => {
          if (!isVoterName(id)) throw invalid(`voters.${index}`, `Send 1 to ${limits.voterLength} characters.`)
          const { token, ticket } = known({ voter: { kind: 'user', id } }, null)
          return { id, token, ticket }
        }),
      }
    },
    relay: () => ({ ticket: tokens.ticket({ kind: 'relay' }, null).text }),
  }
}

function invalid(path: string, message: string): PollError {
  return pollError('INVALID', { issues: [{ path, message }] }, message)
}
