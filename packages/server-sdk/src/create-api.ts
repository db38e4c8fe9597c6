import { randomUUID } from 'node:crypto'
import { decodeClientMessage, isVoterName, limits, pollError } from '@live-poll/client-sdk/protocol'
import type { CastVoteInput, LivePollApi } from './api.ts'
import type { Voter } from './domain/voter.ts'
import { invitationIdOf } from './identity/invitation-code.ts'
import type { Core } from './open-core.ts'

/** @param open opens the core, or waits for it */
export function createApi(open: () => Promise<Core>): LivePollApi {
  const actions = async () => (await open()).actions
  return {
    createPoll: async (input, context) => (await actions()).createPoll(input, context),
    getPoll: async (pollId) => (await (await actions()).readPoll(pollId)).poll,
    listPolls: async (page) => (await actions()).listPolls(page),
    openPoll: async (pollId) => (await actions()).openPoll(pollId),
    closePoll: async (pollId) => (await actions()).closePoll(pollId),
    editPoll: async (pollId, edit) => (await actions()).editPoll(pollId, edit),
    resetPoll: async (pollId, reset) => (await actions()).resetPoll(pollId, reset),
    deletePoll: async (pollId) => (await actions()).deletePoll(pollId),
    recountPoll: async (pollId) => (await actions()).recountPoll(pollId),
    async *exportVotes(pollId) {
      yield* (await actions()).exportVotes(pollId)
    },
    voidVotes: async (pollId, input, context) => (await actions()).voidVotes(pollId, input, context),
    readAudit: async (pollId) => (await actions()).readAudit(pollId),
    eraseVoter: async (voter) => (await actions()).eraseVoter(voter),
    getResults: async (pollId) => (await (await actions()).readPoll(pollId)).poll.results,
    castVote: async (vote) => (await actions()).castVote(checkVote(vote)),
    getVote: async ({ pollId, voter, invitation }) =>
      (await actions()).readVote(pollId, { voter: toVoter(voter), ...toInvitation(invitation) }),
    createInvitations: async (pollId, input, context) => (await actions()).createInvitations(pollId, input, context),
    countInvitations: async (pollId) => (await actions()).countInvitations(pollId),
    revokeInvitation: async (pollId, invitation) => (await actions()).revokeInvitation(pollId, invitation),
    endSession: async (session) => (await actions()).endSession(session),
    nameVoters: async (ids) => (await actions()).admitVoter.named(ids).voters,
    createRelayTicket: async () => (await actions()).admitVoter.relay().ticket,
  }
}

/** The host's code is held to what the wire is held to. */
function checkVote({ voteId = randomUUID(), invitation, ...vote }: CastVoteInput) {
  const decoded = decodeClientMessage(JSON.stringify({ type: 'vote', voteId, ...vote }))
  if (!decoded.ok) throw pollError(decoded.code, { issues: decoded.issues }, decoded.issues[0]?.message)
  return { ...vote, voteId, voter: toVoter(vote.voter), ...toInvitation(invitation), isTrusted: true }
}

function toInvitation(code: string | undefined): { readonly invitation?: string } {
  if (code === undefined) return {}
  const id = invitationIdOf(code)
  if (id === undefined) throw pollError('INVITATION_INVALID')
  return { invitation: id }
}

/** Without types, a voter that was left out would vote as `undefined`. */
function toVoter(id: string): Voter {
  if (isVoterName(id)) return { kind: 'user', id }
  const message = `Send the voter's id, 1 to ${limits.voterLength} characters.`
  throw pollError('INVALID', { issues: [{ path: 'voter', message }] }, message)
}
