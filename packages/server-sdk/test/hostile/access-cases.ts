import type { ErrorCode } from '@live-poll/client-sdk/protocol'
import { adminKey } from '../admin-key.ts'
import type { HostileRequest } from './request-cases.ts'
import { tokenOf } from './start-hostile-process.ts'
import type { Case, Cases, World } from './world.ts'

/** What an organizer does to a poll, as method, path under the poll and body. */
const organizersRequests: readonly (readonly [string, string, unknown?])[] = [
  ['PATCH', '', { question: 'Mine?' }],
  ['DELETE', ''],
  ['POST', '/open'],
  ['POST', '/close'],
  ['POST', '/reset', { epoch: 1 }],
  ['POST', '/invitations', { count: 1 }],
  ['GET', '/invitations'],
  ['DELETE', '/invitations/x'],
  ['POST', '/void', { filter: { choices: [1] }, reason: 'Mine' }],
  ['GET', '/audit'],
]

/** Mallory is signed in with the host, and owns nothing. */
const mallory = tokenOf('mallory')
const nameOf = (method: string, path: string) => `${method} /polls/:id${path}`

function organizers(whose: string, idIn: (world: World) => string, code: ErrorCode, token?: string) {
  return Object.fromEntries(
    organizersRequests.map(([method, path, body]): [string, Case<HostileRequest>] => [
      `${whose}: ${nameOf(method, path)}`,
      (world) => ({ method, path: `/polls/${idIn(world)}${path}`, body, code, token }),
    ]),
  )
}

const vote = { voteId: 'v', choices: [1], revision: 0 }

/** There is no such poll, for whoever may not see it. */
const hidden =
  (method: string, path: string, asVoter: boolean): Case<HostileRequest> =>
  ({ privateId, voter, pollId }) => ({
    ...{ method, path: `/polls/${privateId}${path}`, body: method === 'PUT' ? vote : undefined },
    ...{ token: asVoter ? voter.token : undefined, code: 'POLL_NOT_FOUND', conceals: [privateId, pollId] },
  })

export const ownerCases: Cases<HostileRequest> = {
  ...organizers('the poll of another', ({ ownedId }) => ownedId, 'FORBIDDEN', mallory),
  ...organizers('the private poll of another', ({ privateId }) => privateId, 'POLL_NOT_FOUND', mallory),
  ...organizers('the poll of another, by a voter', ({ ownedId }) => ownedId, 'FORBIDDEN', tokenOf('nobody')),
  ...organizers('the private poll of another, by nobody', ({ privateId }) => privateId, 'UNAUTHENTICATED'),
  'a private poll, to nobody': hidden('GET', '', false),
  'a private poll, to a voter': hidden('GET', '', true),
  'a private poll’s results': hidden('GET', '/results', true),
  'a private poll’s events': hidden('GET', '/events', false),
  'a private poll’s ballot': hidden('GET', '/vote', true),
  'a vote in a private poll': hidden('PUT', '/vote', true),
  'a retraction in a private poll': hidden('DELETE', '/vote?voteId=v', true),
  'a private poll, to who is signed in': ({ privateId }) => ({
    ...{ method: 'GET', path: `/polls/${privateId}`, token: mallory, code: 'POLL_NOT_FOUND' },
  }),
  'a private poll’s events, with a voter’s ticket': ({ privateId, voter }) => ({
    ...{ method: 'GET', path: `/polls/${privateId}/events`, token: voter.ticket, code: 'POLL_NOT_FOUND' },
  }),
  'an invitation of another poll, revoked': ({ ownedId, invitations }) => ({
    ...{ method: 'DELETE', path: `/polls/${ownedId}/invitations/${invitations.fresh.id}` },
    ...{ token: adminKey, code: 'NOT_FOUND' },
  }),
}

const admit = (body: unknown, code: HostileRequest['code'], at?: string): HostileRequest => ({
  ...{ method: 'POST', path: '/voters', body, code },
  ...(at !== undefined && { at }),
})
const invite =
  (body: unknown, at: string): Case<HostileRequest> =>
  ({ invitedId }) => ({
    ...{ method: 'POST', path: `/polls/${invitedId}/invitations`, token: adminKey, body, code: 'INVALID', at },
  })

export const invitationCases: Cases<HostileRequest> = {
  'an invitation that is a number': admit({ invitation: 7 }, 'INVALID', 'invitation'),
  'an invitation that is a list': admit({ invitation: ['7K3M-09QX-W2RT-B6VA-H4CE'] }, 'INVALID', 'invitation'),
  'an invitation that is null': admit({ invitation: null }, 'INVALID', 'invitation'),
  'an empty invitation': admit({ invitation: '' }, 'INVITATION_INVALID'),
  'an invitation that is a statement': admit({ invitation: `' or 1=1; --` }, 'INVITATION_INVALID'),
  'an invitation with a NUL': admit({ invitation: '7K3M-09QX-W2RT-B6VA-H4C\0' }, 'INVITATION_INVALID'),
  'an invitation in wide letters': admit({ invitation: '７K3M-09QX-W2RT-B6VA-H4CE' }, 'INVITATION_INVALID'),
  'an invitation that was never made': admit({ invitation: '0000-0000-0000-0000-0000' }, 'INVITATION_INVALID'),
  'an invitation of 60,000 letters': admit({ invitation: '0'.repeat(60_000) }, 'INVITATION_INVALID'),
  'an invitation’s id for its code': ({ invitations }) =>
    admit({ invitation: invitations.fresh.id }, 'INVITATION_INVALID'),
  'an invitation that was revoked': ({ invitations }) =>
    admit({ invitation: invitations.revoked.code }, 'INVITATION_INVALID'),
  'an invitation in a prototype': ({ invitations }) => ({
    ...admit(`{"__proto__":{"invitation":"${invitations.fresh.code}"}}`, 200),
    shows: { kind: 'device' },
  }),
  'a vote without an invitation': ({ invitedId, voter }) => ({
    ...{ method: 'PUT', path: `/polls/${invitedId}/vote`, token: voter.token, body: vote, code: 'INVITATION_INVALID' },
  }),
  'a vote that says it has an invitation': ({ invitedId, voter, invitations }) => ({
    ...{ method: 'PUT', path: `/polls/${invitedId}/vote`, token: voter.token, code: 'INVITATION_INVALID' },
    body: { ...vote, invitation: invitations.fresh.code },
  }),
  'a captcha that is an object': admit({ captcha: { toString: 'solved' } }, 'INVALID', 'captcha'),
  'a captcha of 60,000 letters': admit({ captcha: 'x'.repeat(60_000) }, 'INVALID', 'captcha'),
  'a captcha that is wrong': admit({ captcha: 'no' }, 'CAPTCHA_FAILED'),
  'isKnown as a text': admit({ isKnown: 'true' }, 'INVALID', 'isKnown'),
  'isKnown as null': admit({ isKnown: null }, 'INVALID', 'isKnown'),
  'isKnown of nobody': admit({ isKnown: true }, 'UNAUTHENTICATED'),
  'no invitations': invite({ count: 0 }, 'count'),
  'fewer than none': invite({ count: -1 }, 'count'),
  'half an invitation': invite({ count: 0.5 }, 'count'),
  'invitations as a text': invite({ count: '1' }, 'count'),
  'invitations without end': invite('{"count":1e400}', 'count'),
  'ten thousand and one': invite({ count: 10_001 }, 'count'),
  'a list of counts': invite([1], 'count'),
  'a count in a prototype': invite('{"__proto__":{"count":1}}', '__proto__'),
  'codes of one’s own': invite({ count: 1, codes: ['X'] }, 'codes'),
  'an empty idempotency key': ({ invitedId }) => ({
    ...{ method: 'POST', path: `/polls/${invitedId}/invitations`, token: adminKey, body: { count: 1 } },
    ...{ headers: { 'idempotency-key': '' }, code: 'INVALID', at: 'Idempotency-Key' },
  }),
  'an invitation revoked by a statement': ({ invitedId }) => ({
    ...{
      method: 'DELETE',
      path: `/polls/${invitedId}/invitations/x'%20or%20'1'='1`,
      token: adminKey,
      code: 'NOT_FOUND',
    },
  }),
  'an invitation revoked by a NUL': ({ invitedId }) => ({
    ...{ method: 'DELETE', path: `/polls/${invitedId}/invitations/%00`, token: adminKey, code: 'NOT_FOUND' },
  }),
  'voters that are no rule': ({ ownedId }) => ({
    ...{ method: 'PATCH', path: `/polls/${ownedId}`, token: tokenOf('alice'), code: 'INVALID', at: 'voters' },
    body: { voters: ['__proto__'] },
  }),
  'voters of every rule': ({ ownedId }) => ({
    ...{ method: 'PATCH', path: `/polls/${ownedId}`, token: tokenOf('alice'), code: 'INVALID', at: 'voters' },
    body: { voters: ['anyone', 'account', 'invitation'] },
  }),
  'private as a text': ({ ownedId }) => ({
    ...{ method: 'PATCH', path: `/polls/${ownedId}`, token: tokenOf('alice'), code: 'INVALID', at: 'isPrivate' },
    body: { isPrivate: 'false' },
  }),
}
