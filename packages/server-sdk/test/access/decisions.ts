import type { ErrorCode } from '@live-poll/client-sdk/protocol'
import type { Action } from '../../src/identity/host-user.ts'

/**
 * The one file that lists what is answered to whom: `access-matrix.test.ts` runs every cell of it against real servers,
 * and fails for a route, a message or an action that is not in it. `docs/access.md` is made from it.
 */

/** Who asks, in the order of every row. All but the first two may be signed in; the polls belong to the owner. */
export const callers = ['nobody', 'voter', 'other’s owner', 'owner', 'admin key'] as const
export type Caller = (typeof callers)[number]

export const pollKinds = ['public', 'private', 'missing'] as const
export type PollKind = (typeof pollKinds)[number]

export type Answer = 'ok' | ErrorCode
export type Row = readonly [nobody: Answer, voter: Answer, others: Answer, owner: Answer, adminKey: Answer]

/** By the poll that is asked about; one row where there is none. */
export type Decision = Readonly<Record<PollKind, Row>> | Row

/** With the host's `authorize` of `authorize.ts`, and with none at all. */
export interface Decisions {
  readonly byOwner: Decision
  readonly byNobody: Decision
}

const always = (decision: Decision): Decisions => ({ byOwner: decision, byNobody: decision })

const missing: Row = ['POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND']

/** For everyone, whoever they are. */
const everyone = always(['ok', 'ok', 'ok', 'ok', 'ok'])

/** For nobody who shows no more than this: whose account it is, its cookie says. */
const nobody = always(['UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED'])

/** For who signs in, whatever is theirs. */
const signedIn: Decisions = {
  byOwner: ['UNAUTHENTICATED', 'FORBIDDEN', 'ok', 'ok', 'ok'],
  byNobody: ['UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'ok'],
}

/** To remove a picture, which is the owner’s. */
const ownPicture: Decisions = {
  byOwner: ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'ok', 'ok'],
  byNobody: ['UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'ok'],
}

/** To vote in another’s name, to forget a person, or to look into the server is for no user of this host. */
const adminOnly = always(['UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'ok'])

/** To run a poll. */
const ownerOnly: Decisions = {
  byOwner: {
    public: ['UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', 'ok', 'ok'],
    private: ['UNAUTHENTICATED', 'FORBIDDEN', 'POLL_NOT_FOUND', 'ok', 'ok'],
    missing: ['UNAUTHENTICATED', 'FORBIDDEN', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND'],
  },
  byNobody: {
    public: ['UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'ok'],
    private: ['UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'ok'],
    missing: ['UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'POLL_NOT_FOUND'],
  },
}

/** To see a poll. */
const viewer: Decisions = {
  byOwner: {
    public: ['ok', 'ok', 'ok', 'ok', 'ok'],
    private: ['POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'ok', 'ok'],
    missing,
  },
  byNobody: {
    public: ['ok', 'ok', 'ok', 'ok', 'ok'],
    private: ['POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'ok'],
    missing,
  },
}

/** To see results that are hidden from voters. */
const hiddenResults: Decisions = {
  byOwner: {
    public: ['RESULTS_HIDDEN', 'RESULTS_HIDDEN', 'RESULTS_HIDDEN', 'ok', 'ok'],
    private: ['POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'ok', 'ok'],
    missing,
  },
  byNobody: {
    public: ['RESULTS_HIDDEN', 'RESULTS_HIDDEN', 'RESULTS_HIDDEN', 'RESULTS_HIDDEN', 'ok'],
    private: ['POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'ok'],
    missing,
  },
}

/** The same on a stream, which knows voters only; with an admin key one gets a relay's ticket. */
const hiddenResultsOfStream: Decisions = {
  byOwner: {
    public: ['RESULTS_HIDDEN', 'RESULTS_HIDDEN', 'RESULTS_HIDDEN', 'RESULTS_HIDDEN', 'RESULTS_HIDDEN'],
    private: ['POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'RESULTS_HIDDEN', 'RESULTS_HIDDEN'],
    missing,
  },
  byNobody: {
    public: ['RESULTS_HIDDEN', 'RESULTS_HIDDEN', 'RESULTS_HIDDEN', 'RESULTS_HIDDEN', 'RESULTS_HIDDEN'],
    private: ['POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'RESULTS_HIDDEN'],
    missing,
  },
}

/** To vote, with a voter's token: an admin key is no voter. */
const voter: Decisions = {
  byOwner: {
    public: ['UNAUTHENTICATED', 'ok', 'ok', 'ok', 'UNAUTHENTICATED'],
    private: ['UNAUTHENTICATED', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'ok', 'UNAUTHENTICATED'],
    missing: ['UNAUTHENTICATED', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'UNAUTHENTICATED'],
  },
  byNobody: {
    public: ['UNAUTHENTICATED', 'ok', 'ok', 'ok', 'UNAUTHENTICATED'],
    private: ['UNAUTHENTICATED', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'UNAUTHENTICATED'],
    missing: ['UNAUTHENTICATED', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'UNAUTHENTICATED'],
  },
}

/** To vote on the channel, where an admin key gets a relay, which names the voter. */
const voterOrRelay: Decisions = {
  byOwner: {
    public: ['UNAUTHENTICATED', 'ok', 'ok', 'ok', 'ok'],
    private: ['UNAUTHENTICATED', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'ok', 'ok'],
    missing: ['UNAUTHENTICATED', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND'],
  },
  byNobody: {
    public: ['UNAUTHENTICATED', 'ok', 'ok', 'ok', 'ok'],
    private: ['UNAUTHENTICATED', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'ok'],
    missing: ['UNAUTHENTICATED', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND', 'POLL_NOT_FOUND'],
  },
}

export type DecisionTable = Readonly<Record<string, Readonly<Partial<Record<Action, Decisions>>>>>

/** Every route, with each of its `actions`. */
export const routeDecisions: DecisionTable = {
  'POST /polls': { createPoll: signedIn },
  'GET /polls': { listPolls: signedIn },
  'GET /polls/:id': { viewPoll: viewer, viewResults: hiddenResults },
  'PATCH /polls/:id': { editPoll: ownerOnly },
  'DELETE /polls/:id': { deletePoll: ownerOnly },
  'POST /polls/:id/open': { openPoll: ownerOnly },
  'POST /polls/:id/close': { closePoll: ownerOnly },
  'POST /polls/:id/reset': { resetPoll: ownerOnly },
  'GET /polls/:id/results': { viewResults: hiddenResults },
  'GET /polls/:id/events': { viewPoll: viewer, viewResults: hiddenResultsOfStream },
  'PUT /polls/:id/vote': { castVote: voter },
  'DELETE /polls/:id/vote': { castVote: voter },
  'GET /polls/:id/vote': { readVote: voter },
  'POST /voters': { admitVoter: everyone, nameVoters: adminOnly, createRelay: adminOnly },
  'POST /polls/:id/invitations': { createInvitations: ownerOnly },
  'GET /polls/:id/invitations': { countInvitations: ownerOnly },
  'DELETE /polls/:id/invitations/:invitation': { revokeInvitation: ownerOnly },
  'POST /polls/:id/void': { voidVotes: ownerOnly },
  'GET /polls/:id/audit': { readAudit: ownerOnly },
  'POST /images': { uploadImage: signedIn },
  'GET /images/:image': { viewImage: everyone },
  'DELETE /images/:image': { deleteImage: ownPicture },
  'DELETE /voters/:voter': { eraseVoter: adminOnly },
  'GET /metrics': { readMetrics: adminOnly },
  'POST /accounts/sign-up': { useAccount: everyone },
  'POST /accounts/sign-in': { useAccount: everyone },
  'POST /accounts/sign-out': { useAccount: everyone },
  'GET /accounts/session': { useAccount: everyone },
  'POST /accounts/password': { useAccount: nobody },
  'GET /widget.js': { none: everyone },
  'GET /widget/:hash/:file': { none: everyone },
  'GET /health/live': { none: everyone },
  'GET /health/ready': { none: everyone },
  'GET /openapi.json': { none: everyone },
}

/** Every message of the channel, with its action. */
export const messageDecisions: DecisionTable = {
  hello: { none: everyone },
  ping: { none: everyone },
  watch: { viewPoll: viewer },
  unwatch: { none: everyone },
  vote: { castVote: voterOrRelay },
}
