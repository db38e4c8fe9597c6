import { type ErrorCode, limits } from '@live-poll/client-sdk/protocol'
import type { CallOptions } from '../http-client.ts'

/** Who sends it: nobody, a voter (who has not voted), or an organizer. */
export type Sender = 'nobody' | 'voter' | 'organizer'

export interface MalformedRequest extends CallOptions {
  readonly code: ErrorCode
  readonly as: Sender
  /** After the route's path. */
  readonly query?: string
  /** Instead of the id of a poll that is there. */
  readonly pollId?: string
  /** Where the issue is, for INVALID. */
  readonly at?: string
}

const poll = { question: 'Lunch?', choices: ['Soup', 'Salad'] }
const vote = { voteId: 'v', choices: [1] }
const aVoid = { filter: { choices: [1] }, reason: 'One person' }
const objectOf = (bytes: number) => ({ voteId: 'x'.repeat(bytes - '{"voteId":""}'.length) })
const withBody = (as: Sender) =>
  ({
    'no body': { as, code: 'UNSUPPORTED_TYPE' },
    'a body of another type': { as, body: '{}', type: 'text/plain', code: 'UNSUPPORTED_TYPE' },
    'a form': { as, body: 'question=Lunch%3F', type: 'application/x-www-form-urlencoded', code: 'UNSUPPORTED_TYPE' },
    'what is no JSON': { as, body: '{"question":', code: 'BAD_JSON' },
    'an empty JSON body': { as, body: '', code: 'BAD_JSON' },
    'broken UTF-8': { as, body: new Uint8Array([0x22, 0xff, 0x22]), code: 'BAD_JSON' },
    'an array': { as, body: [], code: 'INVALID', at: '' },
  }) as const satisfies Record<string, MalformedRequest>

/** For every route under `/polls/:id`. */
const noSuchPoll = (as: Sender, request: CallOptions & { query?: string } = {}) =>
  ({
    'a poll that is not there': { ...request, as, pollId: 'p_nowhere', code: 'POLL_NOT_FOUND' },
    'a poll id with a dot': { ...request, as, pollId: 'p.1', code: 'POLL_NOT_FOUND' },
    'a poll id with a slash in it': { ...request, as, pollId: 'p%2F1', code: 'POLL_NOT_FOUND' },
    'a poll id that is broken UTF-8': { ...request, as, pollId: '%ff%00', code: 'POLL_NOT_FOUND' },
    'a poll id of 65 letters': { ...request, as, pollId: 'p'.repeat(65), code: 'POLL_NOT_FOUND' },
  }) as const satisfies Record<string, MalformedRequest>

const organizersOnly = (request: CallOptions = {}) =>
  ({
    nobody: { ...request, as: 'nobody', code: 'UNAUTHENTICATED' },
    'a voter': { ...request, as: 'voter', code: 'FORBIDDEN' },
    'another admin key': { ...request, as: 'nobody', token: `lpa_${'x'.repeat(32)}`, code: 'UNAUTHENTICATED' },
  }) as const satisfies Record<string, MalformedRequest>

const votersOnly = (request: CallOptions & { query?: string } = {}) =>
  ({
    nobody: { ...request, as: 'nobody', code: 'UNAUTHENTICATED' },
    'an organizer': { ...request, as: 'organizer', code: 'UNAUTHENTICATED' },
    'a forged token': { ...request, as: 'nobody', token: 'lpv_W10.AAAA', code: 'UNAUTHENTICATED' },
  }) as const satisfies Record<string, MalformedRequest>

const invalid = (as: Sender, at: string, request: CallOptions & { query?: string }): MalformedRequest => ({
  ...request,
  as,
  code: 'INVALID',
  at,
})

/**
 * For every route of the API, by method and path: what it refuses, and how. The suite fails for a route that is not
 * here. A method that the path does not offer is tried on each of them besides.
 */
export const malformedRequests: Readonly<Record<string, Readonly<Record<string, MalformedRequest>>>> = {
  'POST /polls': {
    ...withBody('organizer'),
    ...organizersOnly({ body: poll }),
    'nothing of a poll': invalid('organizer', 'question', { body: {} }),
    'one choice': invalid('organizer', 'choices', { body: { ...poll, choices: ['Soup'] } }),
    'a field that is misspelt': invalid('organizer', 'canchange', { body: { ...poll, canchange: true } }),
    'a time that is none': invalid('organizer', 'closesAt', { body: { ...poll, closesAt: 'soon' } }),
    'an empty idempotency key': invalid('organizer', 'Idempotency-Key', {
      body: poll,
      headers: { 'idempotency-key': '' },
    }),
    'an idempotency key that is too long': invalid('organizer', 'Idempotency-Key', {
      body: poll,
      headers: { 'idempotency-key': 'k'.repeat(limits.idempotencyKeyLength + 1) },
    }),
    'an idempotency key in Latin-1': invalid('organizer', 'Idempotency-Key', {
      body: poll,
      headers: { 'idempotency-key': 'clés' }, // uWebSockets.js takes such a letter at the end for a space
    }),
    'a body that is too large': { as: 'organizer', body: objectOf(limits.bodyBytes + 1), code: 'TOO_LARGE' },
  },
  'GET /polls': {
    ...organizersOnly(),
    'a limit of 0': invalid('organizer', 'limit', { query: '?limit=0' }),
    'a limit beyond 100': invalid('organizer', 'limit', { query: '?limit=101' }),
    'a limit of a half': invalid('organizer', 'limit', { query: '?limit=0.5' }),
    'a limit that is no number': invalid('organizer', 'limit', { query: '?limit=many' }),
    'an empty limit': invalid('organizer', 'limit', { query: '?limit=' }),
    'a cursor that is none': invalid('organizer', 'cursor', { query: '?cursor=next' }),
    'a cursor in broken UTF-8': invalid('organizer', 'cursor', { query: '?cursor=%ff%00' }),
    'a cursor of the far future': invalid('organizer', 'cursor', { query: '?cursor=999999999999999_p' }),
  },
  'GET /polls/:id': noSuchPoll('nobody'),
  'PATCH /polls/:id': {
    ...withBody('organizer'),
    ...organizersOnly({ body: {} }),
    ...noSuchPoll('organizer', { body: {} }),
    'a question that is empty': invalid('organizer', 'question', { body: { question: ' ' } }),
    'one choice': invalid('organizer', 'choices', { body: { choices: ['Soup'] } }),
    'a choice the poll never had': invalid('organizer', 'choices.1.id', {
      body: { choices: ['Soup', { id: 9, label: 'Salad' }] },
    }),
    'a choice twice': invalid('organizer', 'choices.1.id', {
      body: {
        choices: [
          { id: 1, label: 'Soup' },
          { id: 1, label: 'Salad' },
        ],
      },
    }),
    'viewers that are not known': invalid('organizer', 'showResults', { body: { showResults: 'friends' } }),
    'a field that is misspelt': invalid('organizer', 'canchange', { body: { canchange: true } }),
    'a closing time that has been': invalid('organizer', 'closesAt', { body: { closesAt: '2020-01-01T00:00:00Z' } }),
    'no voters at least': invalid('organizer', 'minVoters', { body: { minVoters: 0 } }),
    'boxes beyond 64': invalid('organizer', 'boxes', { body: { boxes: limits.maxBoxes + 1 } }),
    'a body that is too large': { as: 'organizer', body: objectOf(limits.bodyBytes + 1), code: 'TOO_LARGE' },
  },
  'DELETE /polls/:id': { ...organizersOnly(), ...noSuchPoll('organizer') },
  'POST /polls/:id/open': { ...organizersOnly(), ...noSuchPoll('organizer') },
  'POST /polls/:id/close': { ...organizersOnly(), ...noSuchPoll('organizer') },
  'POST /polls/:id/reset': {
    ...withBody('organizer'),
    ...organizersOnly({ body: { epoch: 1 } }),
    ...noSuchPoll('organizer', { body: { epoch: 1 } }),
    'an array': invalid('organizer', 'epoch', { body: [] }),
    'no epoch': invalid('organizer', 'epoch', { body: {} }),
    'an epoch of a half': invalid('organizer', 'epoch', { body: { epoch: 0.5 } }),
    'an epoch that is a text': invalid('organizer', 'epoch', { body: { epoch: '1' } }),
    'a field that is not known': invalid('organizer', 'votes', { body: { epoch: 1, votes: 0 } }),
    'an epoch that has not begun': { as: 'organizer', body: { epoch: 2 }, code: 'EPOCH_CHANGED' },
  },
  'GET /polls/:id/results': noSuchPoll('nobody'),
  'GET /polls/:id/events': {
    ...noSuchPoll('nobody'),
    'an empty ticket': { as: 'nobody', query: '?ticket=', code: 'UNAUTHENTICATED' },
    'a forged ticket': { as: 'nobody', query: '?ticket=lpt_W10.AAAA', code: 'UNAUTHENTICATED' },
    'a token for a ticket': { as: 'nobody', query: '?ticket=lpv_W10.AAAA', code: 'UNAUTHENTICATED' },
    'a ticket in broken UTF-8': { as: 'nobody', query: '?ticket=%ff%00', code: 'UNAUTHENTICATED' },
    'a forged ticket for a poll that is not there': {
      ...{ as: 'nobody', query: '?ticket=lpt_W10.AAAA', pollId: 'p_nowhere', code: 'UNAUTHENTICATED' },
    },
  },
  'PUT /polls/:id/vote': {
    ...withBody('voter'),
    ...votersOnly({ body: vote }),
    ...noSuchPoll('voter', { body: vote }),
    'no vote id': invalid('voter', 'voteId', { body: { choices: [1] } }),
    'a vote id with a space': invalid('voter', 'voteId', { body: { ...vote, voteId: 'v 1' } }),
    'no choices': invalid('voter', 'choices', { body: { voteId: 'v' } }),
    'choices that are null, which is what DELETE is for': invalid('voter', 'choices', {
      body: { ...vote, choices: null },
    }),
    'a choice twice': invalid('voter', 'choices', { body: { ...vote, choices: [1, 1] } }),
    'an empty ballot': invalid('voter', 'choices', { body: { ...vote, choices: [] } }),
    'a choice the poll does not have': invalid('voter', 'choices', { body: { ...vote, choices: [9] } }),
    'more choices than allowed': invalid('voter', 'choices', { body: { ...vote, choices: [1, 2] } }),
    'a revision that is a text': invalid('voter', 'revision', { body: { ...vote, revision: '0' } }),
    'a negative epoch': invalid('voter', 'epoch', { body: { ...vote, epoch: -1 } }),
    'a revision never made': { as: 'voter', body: { ...vote, revision: 7 }, code: 'REVISION_CONFLICT' },
    'an epoch that never was': { as: 'voter', body: { ...vote, epoch: 9 }, code: 'EPOCH_CHANGED' },
    'a body that is too large': { as: 'voter', body: objectOf(limits.bodyBytes + 1), code: 'TOO_LARGE' },
  },
  'DELETE /polls/:id/vote': {
    ...votersOnly({ query: '?voteId=v' }),
    ...noSuchPoll('voter', { query: '?voteId=v' }),
    'no vote id': invalid('voter', 'voteId', {}),
    'an empty vote id': invalid('voter', 'voteId', { query: '?voteId=' }),
    'a vote id with a space': invalid('voter', 'voteId', { query: '?voteId=v%201' }),
    'a negative revision': invalid('voter', 'revision', { query: '?voteId=v&revision=-1' }),
    'an empty revision': invalid('voter', 'revision', { query: '?voteId=v&revision=' }),
    'an epoch that is no number': invalid('voter', 'epoch', { query: '?voteId=v&epoch=first' }),
    'an epoch too large to be exact': invalid('voter', 'epoch', { query: '?voteId=v&epoch=9007199254740993' }),
    'nothing to take back': { as: 'voter', query: '?voteId=v', code: 'NOT_FOUND' },
  },
  'GET /polls/:id/vote': {
    ...votersOnly(),
    ...noSuchPoll('voter'),
    'a voter who never voted': { as: 'voter', code: 'NOT_FOUND' },
  },
  'POST /polls/:id/void': {
    ...withBody('organizer'),
    ...organizersOnly({ body: aVoid }),
    ...noSuchPoll('organizer', { body: aVoid }),
    'no filter': invalid('organizer', 'filter', { body: { reason: 'r' } }),
    'an empty filter': invalid('organizer', 'filter', { body: { ...aVoid, filter: {} } }),
    'a filter that is misspelt': invalid('organizer', 'filter.voter', { body: { ...aVoid, filter: { voter: 'a' } } }),
    'a key that is none': invalid('organizer', 'filter.voterKeys', {
      body: { ...aVoid, filter: { voterKeys: ['a'] } },
    }),
    'half a choice': invalid('organizer', 'filter.choices', { body: { ...aVoid, filter: { choices: [0.5] } } }),
    'a time that is none': invalid('organizer', 'filter.acceptedFrom', {
      body: { ...aVoid, filter: { acceptedFrom: 'noon' } },
    }),
    'no reason': invalid('organizer', 'reason', { body: { filter: aVoid.filter } }),
    'a dry run that is a text': invalid('organizer', 'isDryRun', { body: { ...aVoid, isDryRun: 'true' } }),
    'a body that is too large': { as: 'organizer', body: objectOf(100_000), code: 'TOO_LARGE' },
  },
  'GET /polls/:id/audit': { ...organizersOnly(), ...noSuchPoll('organizer') },
  'DELETE /voters/:voter': organizersOnly(), // what is no id: `voids.test.ts`
  'POST /voters': {
    'a body of another type': { as: 'nobody', body: '{}', type: 'text/plain', code: 'UNSUPPORTED_TYPE' },
    'what is no JSON': { as: 'nobody', body: '{', code: 'BAD_JSON' },
    'an array': invalid('nobody', '', { body: [] }),
    'a token that is not valid': { as: 'nobody', token: 'lpv_W10.AAAA', code: 'UNAUTHENTICATED' },
    'voters, named by nobody': { as: 'nobody', body: { voters: ['ada'] }, code: 'UNAUTHENTICATED' },
    'voters, named by a voter': { as: 'voter', body: { voters: ['ada'] }, code: 'FORBIDDEN' },
    'a relay, asked for by a voter': { as: 'voter', body: { relay: true }, code: 'FORBIDDEN' },
    'a relay, asked for by nobody': { as: 'nobody', body: { relay: true }, code: 'UNAUTHENTICATED' },
    'no voters': invalid('organizer', 'voters', { body: { voters: [] } }),
    'voters that are null': invalid('organizer', 'voters', { body: { voters: null } }),
    'too many voters': invalid('organizer', 'voters', {
      body: { voters: Array.from({ length: limits.namedVoters + 1 }, (_, index) => `u${index}`) },
    }),
    'a voter without a name': invalid('organizer', 'voters.1', { body: { voters: ['ada', ''] } }),
    'a voter with a line break': invalid('organizer', 'voters.0', { body: { voters: ['a\nb'] } }),
    'a relay that is false': invalid('organizer', 'relay', { body: { relay: false } }),
    'voters and a relay': invalid('organizer', 'voters', { body: { relay: true, voters: ['ada'] } }),
    'a field that is not known': invalid('organizer', 'life', { body: { voters: ['ada'], life: 1 } }),
    'an invitation that is a number': invalid('nobody', 'invitation', { body: { invitation: 7 } }),
    'an invitation that is null': invalid('voter', 'invitation', { body: { invitation: null } }),
    'an empty invitation': { as: 'nobody', body: { invitation: '' }, code: 'INVITATION_INVALID' },
    'what is no code': { as: 'nobody', body: { invitation: '7K3M-09QX' }, code: 'INVITATION_INVALID' },
    'a code with a letter that codes lack': {
      ...{ as: 'nobody', body: { invitation: 'U'.repeat(20) }, code: 'INVITATION_INVALID' },
    },
    'a code that no poll has': { as: 'voter', body: { invitation: '7'.repeat(20) }, code: 'INVITATION_INVALID' },
    'a code that is too long': {
      ...{ as: 'nobody', body: { invitation: `${' '.repeat(limits.invitationLength)}7` }, code: 'INVITATION_INVALID' },
    },
    'a newcomer who says they are known': { as: 'nobody', body: { isKnown: true }, code: 'UNAUTHENTICATED' },
    'isKnown as a text': invalid('voter', 'isKnown', { body: { isKnown: 'true' } }),
    'a relay that has a code': invalid('organizer', 'invitation', { body: { relay: true, invitation: '7' } }),
    'a body that is too large': { as: 'organizer', body: objectOf(2_000_000), code: 'TOO_LARGE' },
  },
  'POST /polls/:id/invitations': {
    ...withBody('organizer'),
    ...organizersOnly({ body: { count: 1 } }),
    ...noSuchPoll('organizer', { body: { count: 1 } }),
    'an array': invalid('organizer', 'count', { body: [] }),
    'no count': invalid('organizer', 'count', { body: {} }),
    'none at all': invalid('organizer', 'count', { body: { count: 0 } }),
    'half of one': invalid('organizer', 'count', { body: { count: 0.5 } }),
    'a count that is a text': invalid('organizer', 'count', { body: { count: '1' } }),
    'too many': invalid('organizer', 'count', { body: { count: limits.invitations + 1 } }),
    'a field that is not known': invalid('organizer', 'code', { body: { count: 1, code: '7' } }),
    'an idempotency key that is too long': invalid('organizer', 'Idempotency-Key', {
      ...{ body: { count: 1 }, headers: { 'idempotency-key': 'k'.repeat(limits.idempotencyKeyLength + 1) } },
    }),
    'a body that is too large': { as: 'organizer', body: objectOf(limits.bodyBytes + 1), code: 'TOO_LARGE' },
  },
  'GET /polls/:id/invitations': { ...organizersOnly(), ...noSuchPoll('organizer') },
  'DELETE /polls/:id/invitations/:invitation': {
    ...organizersOnly(),
    ...noSuchPoll('organizer'),
    'an invitation that the poll does not have': { as: 'organizer', code: 'NOT_FOUND' },
  },
  'POST /images': {
    ...organizersOnly({ body: 'x', type: 'image/png' }),
    'no body': { as: 'organizer', code: 'UNSUPPORTED_TYPE' },
    JSON: { as: 'organizer', body: {}, code: 'UNSUPPORTED_TYPE' },
    'a form of another kind': { as: 'organizer', body: 'a=b', type: 'multipart/mixed', code: 'UNSUPPORTED_TYPE' },
    'an empty body': invalid('organizer', 'image', { body: '', type: 'image/png' }),
    'a form without a boundary': invalid('organizer', 'image', { body: 'x', type: 'multipart/form-data' }),
    'an empty form': invalid('organizer', 'image', { body: '', type: 'multipart/form-data; boundary=b' }),
    'what is no picture': { as: 'organizer', body: 'x', type: 'image/png', code: 'UNSUPPORTED_TYPE' },
  },
  'GET /images/:image': {
    'what is no id': { as: 'nobody', code: 'NOT_FOUND' },
    'a width of 0': invalid('nobody', 'w', { query: '?w=0' }),
  },
  'DELETE /images/:image': {
    ...organizersOnly(),
    'what is no id': { as: 'organizer', code: 'NOT_FOUND' },
  },
  'GET /metrics': organizersOnly(),
  'GET /widget/:hash/:file': { 'a hash that is none': { as: 'nobody', code: 'NOT_FOUND' } },
  // These take no input.
  'GET /widget.js': {},
  'GET /openapi.json': {},
  'GET /health/live': {},
  'GET /health/ready': {},
}
