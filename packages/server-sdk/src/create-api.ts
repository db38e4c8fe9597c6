import { randomUUID } from 'node:crypto'
import { decodeClientMessage, isVoterName, limits, pollError, type Results } from '@live-poll/client-sdk/protocol'
import type { CastVoteInput, LivePollApi } from './api.ts'
import type { Voter } from './domain/voter.ts'
import { invitationIdOf } from './identity/invitation-code.ts'
import type { Core } from './open-core.ts'
import { iterateNewest, type Sink } from './results/iterate-newest.ts'

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
    storeImage: async (bytes, { owner = null } = {}) => {
      checkUpload(bytes, owner)
      return (await actions()).storeImage(bytes, owner)
    },
    deleteImage: async (id) => (await actions()).deleteImage(id, null),
    getResults: async (pollId) => (await (await actions()).readPoll(pollId)).poll.results,
    watch: (pollId, { signal } = {}) => iterateNewest((sink) => watchOnceOpen(open, pollId, sink), signal),
    castVote: async (vote) => (await actions()).castVote(checkVote(vote)),
    getVote: async ({ pollId, voter, invitation }) =>
      (await actions()).readVote(pollId, { voter: toVoter(voter), ...toInvitation(invitation) }),
    createInvitations: async (pollId, input, context) => (await actions()).createInvitations(pollId, input, context),
    countInvitations: async (pollId) => (await actions()).countInvitations(pollId),
    revokeInvitation: async (pollId, invitation) => (await actions()).revokeInvitation(pollId, invitation),
    listDeadLetters: async (page) => (await actions()).listDeadLetters(page),
    replayDeadLetters: async (ids) => (await actions()).replayDeadLetters(ids),
    endSession: async (session) => (await actions()).endSession(session),
    nameVoters: async (ids) => (await actions()).admitVoter.named(ids).voters,
    createRelayTicket: async () => (await actions()).admitVoter.relay().ticket,
  }
}

/** @returns leaves, also before it has begun */
function watchOnceOpen(open: () => Promise<Core>, pollId: string, sink: Sink<Results>): () => void {
  let hasLeft = false
  let leave = () => {}
  open().then((core) => {
    if (!hasLeft) leave = core.watchResults(pollId, sink)
  }, sink.end)
  return () => {
    hasLeft = true
    leave()
  }
}

/** The host's code is held to what the wire is held to. */
function checkVote({ voteId = randomUUID(), invitation, ...vote }: CastVoteInput) {
  const decoded = decodeClientMessage(JSON.stringify({ type: 'vote', voteId, ...vote }))
  if (!decoded.ok) throw pollError(decoded.code, { issues: decoded.issues }, decoded.issues[0]?.message)
  return { ...vote, voteId, voter: toVoter(vote.voter), ...toInvitation(invitation), isTrusted: true }
}

function checkUpload(bytes: unknown, owner: unknown): void {
  const issues = [
    ...(bytes instanceof Uint8Array ? [] : [{ path: 'image', message: "Send the picture's bytes, as a Uint8Array." }]),
    ...(owner === null || isVoterName(owner) ? [] : [{ path: 'owner', message: nameRule("the owner's") }]),
  ]
  if (issues.length > 0) throw pollError('INVALID', { issues }, issues[0]?.message)
}

const nameRule = (whose: string) => `Send ${whose} id, 1 to ${limits.voterLength} characters.`

function toInvitation(code: string | undefined): { readonly invitation?: string } {
  if (code === undefined) return {}
  const id = invitationIdOf(code)
  if (id === undefined) throw pollError('INVITATION_INVALID')
  return { invitation: id }
}

/** Without types, a voter that was left out would vote as `undefined`. */
function toVoter(id: string): Voter {
  if (isVoterName(id)) return { kind: 'user', id }
  const message = nameRule("the voter's")
  throw pollError('INVALID', { issues: [{ path: 'voter', message }] }, message)
}
