import Type from 'typebox'
import * as input from './input-schemas.ts'
import * as model from './model-schemas.ts'
import type { Operation } from './operation.ts'
import { idempotencyKey } from './poll-operations.ts'

const script = { types: ['text/javascript', 'text/plain'], headers: ['etag'] } as const
const unchanged = { description: 'As the asker has it.', headers: ['etag'] } as const
const pictures = ['image/webp', 'image/avif'] as const
const signedIn = {
  description: 'Who is signed in.',
  schema: Type.Object({ account: model.account }, { title: 'SignedIn' }),
  headers: ['set-cookie'],
} as const

/** Voters, invitations, the audit, pictures, accounts, and what the server is asked about itself, by route. */
export const otherOperations: Readonly<Record<string, Operation>> = {
  'POST /voters': {
    id: 'admitVoter',
    summary: 'Become a voter; as an organizer, name voters or ask for a relay',
    by: 'viewer',
    body: { schema: Type.Union([input.votersInput, input.relayInput, input.admissionInput]), isOptional: true },
    answers: {
      200: {
        description: 'Tokens and tickets.',
        schema: Type.Union([model.voterAdmission, model.namedVoters, model.relayAdmission]),
      },
    },
    errors: ['FORBIDDEN', 'INVITATION_INVALID', 'CAPTCHA_FAILED', 'RATE_LIMITED'],
  },
  'DELETE /voters/:voter': {
    id: 'eraseVoter',
    summary: 'Forget a voter in every poll; safe to repeat',
    by: 'organizer',
    answers: { 200: { description: 'Polls that held something of them.', schema: model.erasureOutcome } },
    errors: ['INVALID'],
  },
  'POST /polls/:id/invitations': {
    id: 'createInvitations',
    summary: 'Make invitations of a poll',
    by: 'organizer',
    headers: idempotencyKey,
    body: { schema: input.invitationsInput },
    answers: {
      201: {
        description: 'Their codes, told this once.',
        schema: Type.Object({ invitations: Type.Array(model.invitation) }, { title: 'Invitations' }),
      },
    },
  },
  'GET /polls/:id/invitations': {
    id: 'countInvitations',
    summary: 'How the invitations of a poll stand',
    by: 'organizer',
    answers: { 200: { description: 'How many there are.', schema: model.invitationCounts } },
  },
  'DELETE /polls/:id/invitations/:invitation': {
    id: 'revokeInvitation',
    summary: 'Make an invitation worthless; safe to repeat',
    by: 'organizer',
    answers: { 204: { description: 'It is revoked.' } },
    errors: ['NOT_FOUND'],
  },
  'POST /polls/:id/void': {
    id: 'voidVotes',
    summary: 'Take votes out, for a reason',
    by: 'organizer',
    body: { schema: input.voidInput },
    answers: { 200: { description: 'How many.', schema: model.voidOutcome } },
  },
  'GET /polls/:id/audit': {
    id: 'readAudit',
    summary: 'What was done to votes that were cast',
    by: 'organizer',
    answers: {
      200: {
        description: 'What was done.',
        schema: Type.Object({ entries: Type.Array(model.auditEntry) }, { title: 'Audit' }),
      },
    },
  },
  'POST /images': {
    id: 'uploadImage',
    summary: 'Store a picture for polls; safe to repeat',
    by: 'organizer',
    upload: ['image/*', 'multipart/form-data'],
    answers: { 201: { description: 'The picture.', schema: model.storedImage } },
    errors: ['INVALID', 'BAD_JSON', 'TOO_LARGE', 'UNSUPPORTED_TYPE', 'NOT_FOUND', 'BUSY', 'STORAGE_UNAVAILABLE'],
  },
  'GET /images/:image': {
    id: 'getImage',
    summary: 'The bytes of a picture',
    by: 'anyone',
    query: {
      w: { schema: Type.Integer({ minimum: 1, maximum: 99_999 }), description: 'The width it is shown at, in pixels.' },
      key: { schema: Type.String(), description: 'Of a picture of a private poll.' },
    },
    answers: {
      200: { description: 'All of it.', types: pictures, headers: ['etag'] },
      206: { description: 'A part.', types: pictures, headers: ['etag', 'content-range'] },
      302: { description: 'It is elsewhere.', headers: ['location'] },
      304: unchanged,
      416: { description: 'It has no such part.', headers: ['content-range'] },
    },
    errors: ['INVALID', 'NOT_FOUND', 'BUSY', 'STORAGE_UNAVAILABLE'],
  },
  'DELETE /images/:image': {
    id: 'deleteImage',
    summary: "Remove a picture of one's own that no poll uses",
    by: 'organizer',
    answers: { 204: { description: 'It is gone.' } },
    errors: ['NOT_FOUND', 'INVALID', 'STORAGE_UNAVAILABLE'],
  },
  'POST /accounts/sign-up': {
    id: 'signUp',
    summary: 'Make an account and sign it in',
    by: 'account',
    body: { schema: input.signUpInput },
    answers: { 201: signedIn },
    errors: ['RATE_LIMITED', 'BUSY'],
  },
  'POST /accounts/sign-in': {
    id: 'signIn',
    summary: 'Sign in',
    by: 'account',
    body: { schema: input.signInInput },
    answers: { 200: signedIn },
    errors: ['RATE_LIMITED', 'BUSY'],
  },
  'POST /accounts/sign-out': {
    id: 'signOut',
    summary: 'Sign out; safe to repeat',
    by: 'account',
    answers: { 204: { description: 'Nobody is signed in.', headers: ['set-cookie'] } },
  },
  'GET /accounts/session': {
    id: 'session',
    summary: 'Who is signed in',
    by: 'anyone',
    answers: {
      200: {
        description: 'The account, or null.',
        schema: Type.Object({ account: Type.Union([model.account, Type.Null()]) }, { title: 'Session' }),
      },
    },
  },
  'POST /accounts/password': {
    id: 'changePassword',
    summary: 'Change the own password, and end all other sessions of the account',
    by: 'account',
    body: { schema: input.passwordChange },
    answers: { 200: signedIn },
    errors: ['RATE_LIMITED', 'BUSY'],
  },
  'GET /metrics': {
    id: 'readMetrics',
    summary: 'What this node has counted, for Prometheus',
    by: 'organizer',
    answers: { 200: { description: 'In the text format of Prometheus.', types: ['text/plain'] } },
  },
  'GET /openapi.json': {
    id: 'readDocument',
    summary: 'This document',
    by: 'anyone',
    answers: {
      200: {
        description: 'OpenAPI 3.1.',
        schema: Type.Unsafe<object>({ type: 'object', required: ['openapi', 'info', 'paths'] }),
        headers: ['etag'],
      },
      304: unchanged,
    },
  },
  'GET /widget.js': {
    id: 'getWidget',
    summary: 'The script of the tag',
    by: 'anyone',
    answers: { 200: { description: 'The script.', ...script }, 304: unchanged },
  },
  'GET /widget/:hash/:file': {
    id: 'getWidgetFile',
    summary: 'A part of the script that is loaded when it is needed, or the licenses of what it contains',
    by: 'anyone',
    answers: { 200: { description: 'It never changes.', ...script }, 304: unchanged },
    errors: ['NOT_FOUND'],
  },
  'GET /health/live': {
    id: 'isLive',
    summary: 'Whether the process answers',
    by: 'anyone',
    answers: {
      200: { description: 'It does.', schema: Type.Object({ status: Type.Literal('ok') }, { title: 'Liveness' }) },
    },
  },
  'GET /health/ready': {
    id: 'isReady',
    summary: 'Whether a vote could be committed',
    by: 'anyone',
    answers: {
      200: {
        description: 'It could.',
        schema: Type.Object(
          {
            status: Type.Literal('ready'),
            degraded: Type.Array(Type.String()),
            durability: Type.Enum(['full', 'reduced']),
          },
          { title: 'Readiness' },
        ),
      },
      503: {
        description: 'It could not.',
        schema: Type.Object(
          { status: Type.Literal('unavailable'), problems: Type.Array(Type.String()) },
          { title: 'Unreadiness' },
        ),
      },
    },
  },
}
