import { decodeVoteInput } from '../protocol/decode-client-message.ts'
import { errors, pollError } from '../protocol/errors.ts'
import { isVoteId } from '../protocol/ids.ts'
import type { PollInput } from '../protocol/models.ts'
import { PollError } from '../protocol/poll-error.ts'
import type { FakeHouse } from './fake-house.ts'
import type { FakeVoters } from './fake-voters.ts'

interface Call {
  readonly query: URLSearchParams
  readonly token: string | undefined
  readonly body: unknown
}

type Answer = (pollId: string, call: Call) => unknown

/** A `fetch` that a fake server answers: the routes of voters, and of organizers those that create, open and close. */
export function createFakeFetch(server: string, house: FakeHouse, voters: FakeVoters): typeof globalThis.fetch {
  const routes: Readonly<Record<string, Answer>> = {
    'POST /voters': (_, { token, body }) =>
      voters.admit(token, Boolean((body as { isKnown?: boolean } | null)?.isKnown)),
    'POST /polls': (_, { token, body }) => {
      requireOrganizer(token)
      return house.createPoll(body as PollInput)
    },
    'GET /polls/:id': (pollId, { token }) => pollFor(pollId, token),
    'GET /polls/:id/results': (pollId, { token }) => {
      const { results } = pollFor(pollId, token)
      if (!results) throw pollError('RESULTS_HIDDEN')
      return results
    },
    'POST /polls/:id/open': (pollId, { token }) => setState(pollId, token, 'open'),
    'POST /polls/:id/close': (pollId, { token }) => setState(pollId, token, 'closed'),
    'GET /polls/:id/vote': (pollId, { token }) => {
      const voter = requireVoter(token)
      const vote = house.box(pollId).vote(voter)
      if (!vote) throw pollError('NOT_FOUND', {}, 'You have not voted in this poll.')
      return vote
    },
    'PUT /polls/:id/vote': (pollId, { token, body }) => {
      const voter = requireVoter(token)
      const vote = decodeVoteInput(body)
      if (!vote.ok) throw pollError(vote.code, { issues: vote.issues })
      return house.vote(pollId, voter, vote.value)
    },
    'DELETE /polls/:id/vote': (pollId, { token, query }) => {
      const voter = requireVoter(token)
      const voteId = query.get('voteId')
      if (!isVoteId(voteId)) throw pollError('INVALID', { issues: [{ path: 'voteId', message: 'Send a vote id.' }] })
      const counter = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined)
      return house.vote(pollId, voter, {
        voteId,
        choices: null,
        revision: counter('revision'),
        epoch: counter('epoch'),
      })
    },
  }

  function pollFor(pollId: string, token: string | undefined) {
    const box = house.box(pollId)
    return token?.startsWith('lpa_') ? box.poll() : box.pollFor(voters.who(token))
  }

  function setState(pollId: string, token: string | undefined, state: 'open' | 'closed') {
    requireOrganizer(token)
    if (state === 'open' && house.box(pollId).poll().state === 'closed') throw pollError('POLL_CLOSED')
    if (house.box(pollId).poll().state !== state) house.change(pollId, (box) => box.setState(state))
    return house.box(pollId).poll()
  }

  function requireVoter(token: string | undefined): string {
    const voter = voters.who(token)
    if (voter === null) throw pollError('UNAUTHENTICATED')
    return voter
  }

  function requireOrganizer(token: string | undefined): void {
    if (token?.startsWith('lpa_')) return
    throw pollError(voters.who(token) === null ? 'UNAUTHENTICATED' : 'FORBIDDEN')
  }

  return async (input, init) => {
    const request = new Request(input, init)
    const text = await request.text()
    await house.wait()
    if (!house.isOnline) throw new TypeError('The fake server is offline.')
    const url = new URL(request.url)
    const path = url.pathname.slice(new URL(server).pathname.length)
    const [, pollId = ''] = /^\/polls\/([^/]+)/.exec(path) ?? []
    const route = routes[`${request.method} ${path.replace(/^\/polls\/[^/]+/, '/polls/:id')}`]
    try {
      if (!route) throw pollError('NOT_FOUND', {}, 'The fake server does not have this route.')
      const token = request.headers.get('authorization')?.replace(/^Bearer /, '')
      return json(200, route(decodeURIComponent(pollId), { query: url.searchParams, token, body: read(text) }))
    } catch (error) {
      if (!(error instanceof PollError)) throw error
      const { code, message, details } = error
      return json(errors[code].status, { error: { code, message, requestId: 'fake', ...details } })
    }
  }
}

function read(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    throw pollError('BAD_JSON')
  }
}

function json(status: number, value: unknown): Response {
  const headers = { 'content-type': 'application/json', 'live-poll-now': new Date().toISOString() }
  return new Response(JSON.stringify(value), { status, headers })
}
