import type { ErrorCode } from '@live-poll/client-sdk/protocol'
import Type from 'typebox'
import * as input from './input-schemas.ts'
import * as model from './model-schemas.ts'
import type { Operation, Parameter } from './operation.ts'

const pollAnswer = { 200: { description: 'The poll.', schema: model.poll } }
const unchanged = { description: 'As the asker has it.', headers: ['etag'] } as const

export const idempotencyKey: Readonly<Record<string, Parameter>> = {
  'idempotency-key': {
    schema: Type.String({ maxLength: 200 }),
    description: 'Repeated with the same body, the first answer is given again.',
  },
}

const voteErrors: readonly ErrorCode[] = [
  'POLL_NOT_OPEN',
  'POLL_CLOSED',
  'ALREADY_VOTED',
  'VOTE_ID_REUSED',
  'REVISION_CONFLICT',
  'EPOCH_CHANGED',
  'VOTE_REFUSED',
  'CAPTCHA_FAILED',
  'INVITATION_INVALID',
  'INVITATION_USED',
]

/** Polls, their life, and votes in them, by route. */
export const pollOperations: Readonly<Record<string, Operation>> = {
  'POST /polls': {
    id: 'createPoll',
    summary: 'Create a poll',
    by: 'organizer',
    headers: idempotencyKey,
    body: { schema: input.pollInput },
    answers: { 201: { description: 'The poll.', schema: model.poll } },
    errors: ['IDEMPOTENCY_KEY_REUSED'],
  },
  'GET /polls': {
    id: 'listPolls',
    summary: 'The newest polls first, a page at a time',
    by: 'organizer',
    query: {
      cursor: { schema: Type.String(), description: '`next` of the page before.' },
      limit: { schema: Type.Integer({ minimum: 1, maximum: 100, default: 20 }), description: 'Polls a page.' },
    },
    answers: { 200: { description: 'A page of polls.', schema: model.pollPage } },
    errors: ['INVALID'],
  },
  'GET /polls/:id': {
    id: 'getPoll',
    summary: 'A poll as the caller may see it',
    by: 'viewer',
    answers: {
      200: { description: 'The poll.', schema: model.poll, headers: ['etag', 'live-poll-now'] },
      304: { ...unchanged, headers: ['etag', 'live-poll-now'] },
    },
  },
  'PATCH /polls/:id': {
    id: 'editPoll',
    summary: 'Change what is named, and leave the rest',
    by: 'organizer',
    body: { schema: input.pollEdit },
    answers: pollAnswer,
    errors: ['POLL_HAS_VOTES', 'POLL_CLOSED'],
  },
  'DELETE /polls/:id': {
    id: 'deletePoll',
    summary: 'Remove a poll and every vote in it',
    by: 'organizer',
    answers: { 204: { description: 'It is gone.' } },
  },
  'POST /polls/:id/open': {
    id: 'openPoll',
    summary: 'Open a scheduled poll now; safe to repeat',
    by: 'organizer',
    answers: pollAnswer,
    errors: ['POLL_CLOSED'],
  },
  'POST /polls/:id/close': {
    id: 'closePoll',
    summary: 'Close a poll for good; safe to repeat',
    by: 'organizer',
    answers: pollAnswer,
  },
  'POST /polls/:id/reset': {
    id: 'resetPoll',
    summary: 'End an epoch: all its votes go; safe to repeat',
    by: 'organizer',
    body: { schema: input.resetInput },
    answers: pollAnswer,
    errors: ['EPOCH_CHANGED'],
  },
  'GET /polls/:id/results': {
    id: 'getResults',
    summary: 'The counts of a poll',
    by: 'viewer',
    answers: {
      200: { description: 'The results.', schema: model.results, headers: ['etag', 'live-poll-now'] },
      304: { ...unchanged, headers: ['etag', 'live-poll-now'] },
    },
    errors: ['RESULTS_HIDDEN'],
  },
  'GET /polls/:id/events': {
    id: 'watchPoll',
    summary: 'The messages of the channel about one poll, as Server-Sent Events',
    by: 'viewer',
    query: { ticket: { schema: Type.String(), description: 'Who watches; else in the header Authorization.' } },
    answers: { 200: { description: 'A stream.', types: ['text/event-stream'] } },
  },
  'PUT /polls/:id/vote': {
    id: 'castVote',
    summary: 'Cast or change the own vote',
    by: 'voter',
    body: { schema: input.voteInput },
    answers: { 200: { description: 'It is committed.', schema: model.voteReceipt } },
    errors: voteErrors,
  },
  'DELETE /polls/:id/vote': {
    id: 'retractVote',
    summary: 'Take the own vote back',
    by: 'voter',
    query: {
      voteId: { schema: model.voteId, description: 'Of this retraction.', isRequired: true },
      revision: { schema: Type.Integer({ minimum: 0 }), description: 'The revision it replaces.' },
      epoch: { schema: Type.Integer({ minimum: 0 }), description: 'The epoch the voter saw.' },
    },
    answers: { 200: { description: 'It is committed.', schema: model.voteReceipt } },
    errors: ['INVALID', ...voteErrors],
  },
  'GET /polls/:id/vote': {
    id: 'getVote',
    summary: 'The own vote',
    by: 'voter',
    answers: { 200: { description: 'The vote.', schema: model.vote } },
    errors: ['NOT_FOUND'],
  },
}
