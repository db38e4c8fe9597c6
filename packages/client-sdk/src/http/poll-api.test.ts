import { describe, expect, it, vi } from 'vitest'
import { samplePoll } from '../../test/fake-server.ts'
import { PollError } from '../protocol/poll-error.ts'
import { createPollApi, type PollApi } from './poll-api.ts'

const server = 'https://my.app/live-poll'

function create(answer: () => Response | Promise<Response>, token?: string) {
  const requests: { readonly url: string; readonly init: RequestInit }[] = []
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    requests.push({ url: `${url}`, init })
    return answer()
  }
  const api = createPollApi({ server, token, fetch })
  const last = () => {
    const request = requests.at(-1)
    if (!request) throw new Error('Nothing was requested.')
    const { method, body, credentials, headers } = request.init
    return {
      line: `${method} ${request.url.slice(server.length)}`,
      body: typeof body === 'string' ? JSON.parse(body) : undefined,
      credentials,
      headers: headers as Record<string, string>,
    }
  }
  return { api, last }
}

const poll = samplePoll()
const receipt = { voteId: 'v', revision: 1, epoch: 1 }
const json = (value: unknown, init?: ResponseInit) => () => Response.json(value, init)

describe('each call', () => {
  const asHostUser = { credentials: 'include', headers: { 'live-poll-client': '1' } }
  const plain = { credentials: 'same-origin', headers: {} }

  it.each<[string, unknown, (api: PollApi) => Promise<unknown>, unknown, object, unknown?]>([
    [
      'POST /polls',
      poll,
      (api) => api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] }),
      poll,
      asHostUser,
      { question: 'Lunch?', choices: ['Soup', 'Salad'] },
    ],
    ['GET /polls?', { polls: [poll], next: null }, (api) => api.listPolls(), { polls: [poll], next: null }, asHostUser],
    [
      'GET /polls?cursor=a%26b&limit=5',
      { polls: [], next: null },
      (api) => api.listPolls({ cursor: 'a&b', limit: 5 }),
      { polls: [], next: null },
      asHostUser,
    ],
    ['GET /polls/lunch', poll, (api) => api.getPoll('lunch'), poll, plain],
    ['GET /polls/a%2Fb', poll, (api) => api.getPoll('a/b'), poll, plain],
    ['POST /polls/lunch/open', poll, (api) => api.openPoll('lunch'), poll, asHostUser, {}],
    ['POST /polls/lunch/close', poll, (api) => api.closePoll('lunch'), poll, asHostUser, {}],
    [
      'PATCH /polls/lunch',
      poll,
      (api) => api.editPoll('lunch', { choices: ['Bread', { id: 1, label: 'Soup' }], closesAt: null }),
      poll,
      asHostUser,
      { choices: ['Bread', { id: 1, label: 'Soup' }], closesAt: null },
    ],
    ['POST /polls/lunch/reset', poll, (api) => api.resetPoll('lunch', { epoch: 3 }), poll, asHostUser, { epoch: 3 }],
    ['GET /polls/lunch/results', { votes: [] }, (api) => api.getResults('lunch'), { votes: [] }, plain],
    [
      'PUT /polls/lunch/vote',
      receipt,
      (api) => api.castVote('lunch', { voteId: 'v', choices: [1], revision: 0 }),
      receipt,
      plain,
      { voteId: 'v', choices: [1], revision: 0 },
    ],
    [
      'DELETE /polls/lunch/vote?voteId=v&revision=0',
      receipt,
      (api) => api.retractVote('lunch', { voteId: 'v', revision: 0 }),
      receipt,
      plain,
    ],
    ['GET /polls/lunch/vote', receipt, (api) => api.getVote('lunch'), receipt, plain],
    ['POST /voters', { token: 'lpv_1' }, (api) => api.admitVoter(), { token: 'lpv_1' }, asHostUser, {}],
    [
      'POST /voters',
      { voters: [{ id: 'ann' }] },
      (api) => api.admitVoters(['ann']),
      [{ id: 'ann' }],
      asHostUser,
      { voters: ['ann'] },
    ],
    ['POST /voters', { ticket: 'lpt_1' }, (api) => api.admitRelay(), 'lpt_1', asHostUser, { relay: true }],
    [
      'POST /voters',
      { token: 'lpv_1' },
      (api) => api.admitVoter({ invitation: 'code', isKnown: true }),
      { token: 'lpv_1' },
      asHostUser,
      { invitation: 'code', isKnown: true },
    ],
    ['DELETE /voters/user%2F17', { polls: 2 }, (api) => api.eraseVoter('user/17'), { polls: 2 }, asHostUser],
    [
      'POST /polls/lunch/invitations',
      { invitations: [{ id: 'i_1', code: 'c' }] },
      (api) => api.createInvitations('lunch', { count: 1 }),
      [{ id: 'i_1', code: 'c' }],
      asHostUser,
      { count: 1 },
    ],
    [
      'GET /polls/lunch/invitations',
      { created: 3, used: 1, revoked: 0 },
      (api) => api.countInvitations('lunch'),
      { created: 3, used: 1, revoked: 0 },
      asHostUser,
    ],
    [
      'POST /polls/lunch/void',
      { voided: 2 },
      (api) => api.voidVotes('lunch', { filter: { choices: [2] }, reason: 'A script voted.', isDryRun: true }),
      { voided: 2 },
      asHostUser,
      { filter: { choices: [2] }, reason: 'A script voted.', isDryRun: true },
    ],
    ['GET /polls/lunch/audit', { entries: [{ id: 'a' }] }, (api) => api.readAudit('lunch'), [{ id: 'a' }], asHostUser],
  ])('%s', async (line, answer, call, result, shape, body) => {
    const { api, last } = create(json(answer))
    expect(await call(api)).toEqual(result)
    expect(last()).toMatchObject({ line, ...shape })
    expect(last().body).toEqual(body)
    expect(last().headers['content-type']).toBe(body === undefined ? undefined : 'application/json')
  })

  it('reads a poll with no header that would cost a preflight', async () => {
    const { api, last } = create(json(poll))
    await api.getPoll('lunch')
    expect(last().headers).toEqual({})
  })

  it('deletes a picture, and expects no body', async () => {
    const { api, last } = create(() => new Response(null, { status: 204 }))
    await api.deleteImage('i_7x')
    expect(last()).toMatchObject({ line: 'DELETE /images/i_7x', ...asHostUser })
  })

  it('revokes an invitation, and expects no body', async () => {
    const { api, last } = create(() => new Response(null, { status: 204 }))
    await api.revokeInvitation('lunch', 'i/1')
    expect(last()).toMatchObject({ line: 'DELETE /polls/lunch/invitations/i%2F1', ...asHostUser })
  })

  it('that makes invitations carries the idempotency key', async () => {
    const { api, last } = create(json({ invitations: [] }))
    await api.createInvitations('lunch', { count: 2 }, { idempotencyKey: 'once' })
    expect(last().headers).toMatchObject({ 'idempotency-key': 'once' })
  })

  it('carries the token and the idempotency key', async () => {
    const { api, last } = create(json(poll), 'lpa_key')
    await api.createPoll({ question: 'Lunch?', choices: ['Soup', 'Salad'] }, { idempotencyKey: 'once' })
    expect(last().headers).toMatchObject({ authorization: 'Bearer lpa_key', 'idempotency-key': 'once' })
  })
})

describe('an error', () => {
  async function failure(answer: () => Response | Promise<Response>): Promise<PollError> {
    const error = await create(answer)
      .api.getPoll('lunch')
      .catch((reason: unknown) => reason)
    if (error instanceof PollError) return error
    throw new Error('It did not fail as it should.', { cause: error })
  }

  it('has the code, the words and the details of the server', async () => {
    const body = { code: 'BUSY', message: 'Later.', requestId: 'r1', retryAfter: 250 }
    const error = await failure(json({ error: body }, { status: 503 }))
    expect(error).toMatchObject({ code: 'BUSY', message: 'Later.', details: { requestId: 'r1', retryAfter: 250 } })
    expect(error.retryable).toBe(true)
  })

  it('with a code of a later version is not tried again', async () => {
    const error = await failure(json({ error: { code: 'CONFETTI', message: 'New.', requestId: 'r' } }, { status: 409 }))
    expect(error).toMatchObject({ code: 'CONFETTI', retryable: false })
  })

  it.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [429, 'RATE_LIMITED'],
    [500, 'UNAVAILABLE'],
    [502, 'UNAVAILABLE'],
  ])('of something in between, with status %i, is %s', async (status, code) => {
    expect(await failure(() => new Response('<h1>Oh</h1>', { status }))).toMatchObject({ code })
  })

  it('is what a page of HTML, or nothing, is where JSON should be', async () => {
    expect(await failure(() => new Response('<!doctype html>'))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await failure(() => new Response(''))).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is UNAVAILABLE when the server cannot be reached, or falls silent halfway', async () => {
    expect(await failure(() => Promise.reject(new TypeError('fetch failed')))).toMatchObject({ code: 'UNAVAILABLE' })
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error('reset')) })
    expect(await failure(() => new Response(broken))).toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('gives up after 20 s', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    await create(json(poll)).api.getPoll('lunch')
    expect(timeout).toHaveBeenCalledWith(20_000)
  })
})

describe('deletePoll', () => {
  it('is done when the server has nothing to say about it', async () => {
    const { api, last } = create(() => new Response(null, { status: 204 }))
    expect(await api.deletePoll('lunch')).toBeUndefined()
    expect(last()).toMatchObject({ line: 'DELETE /polls/lunch', credentials: 'include' })
  })
})

describe('getVote', () => {
  it('is null for one who never voted, and fails for a poll that is not there', async () => {
    const none = create(json({ error: { code: 'NOT_FOUND', message: '', requestId: 'r' } }, { status: 404 }))
    expect(await none.api.getVote('lunch')).toBeNull()
    const gone = create(json({ error: { code: 'POLL_NOT_FOUND', message: '', requestId: 'r' } }, { status: 404 }))
    await expect(gone.api.getVote('lunch')).rejects.toMatchObject({ code: 'POLL_NOT_FOUND' })
  })
})
