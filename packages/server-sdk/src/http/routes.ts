import { decodeVoteInput, isPollId, isVoteId, limits, type PollError, pollError } from '@live-poll/client-sdk/protocol'
import type { AdmitVoter } from '../actions/admit-voter.ts'
import type { CastVote } from '../actions/cast-vote.ts'
import type { ClosePoll } from '../actions/close-poll.ts'
import type { CreatePoll } from '../actions/create-poll.ts'
import type { DeletePoll } from '../actions/delete-poll.ts'
import type { EditPoll } from '../actions/edit-poll.ts'
import type { ListPolls } from '../actions/list-polls.ts'
import type { OpenPoll } from '../actions/open-poll.ts'
import type { ReadOwn, ReadPoll } from '../actions/read-poll.ts'
import type { ReadVote } from '../actions/read-vote.ts'
import type { ResetPoll } from '../actions/reset-poll.ts'
import type { Access } from './access.ts'
import type { HttpReply, HttpRequest } from './http-message.ts'
import { createReadAsViewer, viewHeaders } from './read-as-viewer.ts'
import { readJson } from './read-json.ts'
import { conditionalJson, json } from './respond.ts'
import type { WidgetFile } from './widget-file.ts'

export interface RouteParts {
  readonly access: Access
  readonly createPoll: CreatePoll
  readonly readPoll: ReadPoll
  readonly readOwn: ReadOwn
  readonly listPolls: ListPolls
  readonly openPoll: OpenPoll
  readonly closePoll: ClosePoll
  readonly editPoll: EditPoll
  readonly resetPoll: ResetPoll
  readonly deletePoll: DeletePoll
  readonly castVote: CastVote
  readonly readVote: ReadVote
  readonly admitVoter: AdmitVoter
  /** The messages of the channel about one poll, for the holder of a ticket or anyone. */
  readonly openEvents: (pollId: string, ticket: string | null) => Promise<NonNullable<HttpReply['stream']>>
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Under the base path; `:name` matches one segment. */
  readonly path: string
  handle(request: HttpRequest, params: Readonly<Record<string, string>>): Promise<HttpReply>
}

/** Room for all the voters one request may name, each character in its longest JSON form. */
const votersBytes = limits.namedVoters * (limits.voterLength * 6 + 3)

const eventHeaders = {
  'content-type': 'text/event-stream',
  // A compressing proxy or middleware would keep frames back until it has enough of them.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

/** The whole API as one table. */
export function createRoutes(parts: RouteParts): readonly Route[] {
  const { access } = parts
  const readAsViewer = createReadAsViewer(access, parts.readPoll, parts.readOwn)
  return [
    {
      method: 'POST',
      path: '/polls',
      async handle(request) {
        const owner = await access.requireOrganizer(request, 'createPoll')
        const input = await readJson(request)
        const idempotencyKey = request.headers.get('idempotency-key') ?? undefined
        return json(201, await parts.createPoll(input, { owner, idempotencyKey }))
      },
    },
    {
      method: 'GET',
      path: '/polls',
      async handle(request) {
        await access.requireOrganizer(request, 'listPolls')
        const cursor = request.query.get('cursor') ?? undefined
        const limit = request.query.get('limit')
        return json(
          200,
          await parts.listPolls({ cursor, ...(limit !== null && { limit: Number(limit || Number.NaN) }) }),
        )
      },
    },
    {
      method: 'GET',
      path: '/polls/:id',
      async handle(request, params) {
        const view = await readAsViewer(request, pollId(params))
        return conditionalJson(request, view.poll, viewHeaders(view))
      },
    },
    {
      method: 'PATCH',
      path: '/polls/:id',
      async handle(request, params) {
        await access.requireOrganizer(request, 'editPoll', params.id)
        return json(200, await parts.editPoll(pollId(params), await readJson(request)))
      },
    },
    {
      method: 'DELETE',
      path: '/polls/:id',
      async handle(request, params) {
        await access.requireOrganizer(request, 'deletePoll', params.id)
        await parts.deletePoll(pollId(params))
        return { status: 204, headers: { 'cache-control': 'no-store' }, body: null }
      },
    },
    {
      method: 'POST',
      path: '/polls/:id/open',
      async handle(request, params) {
        await access.requireOrganizer(request, 'openPoll', params.id)
        return json(200, await parts.openPoll(pollId(params)))
      },
    },
    {
      method: 'POST',
      path: '/polls/:id/close',
      async handle(request, params) {
        await access.requireOrganizer(request, 'closePoll', params.id)
        return json(200, await parts.closePoll(pollId(params)))
      },
    },
    {
      method: 'POST',
      path: '/polls/:id/reset',
      async handle(request, params) {
        await access.requireOrganizer(request, 'resetPoll', params.id)
        return json(200, await parts.resetPoll(pollId(params), await readJson(request)))
      },
    },
    {
      method: 'GET',
      path: '/polls/:id/results',
      async handle(request, params) {
        const view = await readAsViewer(request, pollId(params))
        if (!view.poll.results) throw pollError('RESULTS_HIDDEN')
        return conditionalJson(request, view.poll.results, viewHeaders(view))
      },
    },
    {
      method: 'GET',
      path: '/polls/:id/events',
      async handle(request, params) {
        const stream = await parts.openEvents(pollId(params), request.query.get('ticket'))
        return { status: 200, headers: eventHeaders, body: null, stream }
      },
    },
    {
      method: 'PUT',
      path: '/polls/:id/vote',
      async handle(request, params) {
        const voter = access.requireVoter(request)
        const input = decodeVoteInput(await readJson(request))
        if (!input.ok) throw pollError(input.code, { issues: input.issues })
        return json(200, await parts.castVote({ pollId: pollId(params), voter, ...input.value }))
      },
    },
    {
      method: 'DELETE',
      path: '/polls/:id/vote',
      async handle(request, params) {
        const { query } = request
        const voter = access.requireVoter(request)
        const voteId = query.get('voteId')
        if (!isVoteId(voteId)) throw invalid('voteId', 'Send a vote id of your own making.')
        const revision = counter(query, 'revision')
        const epoch = counter(query, 'epoch')
        return json(
          200,
          await parts.castVote({ pollId: pollId(params), voter, voteId, choices: null, revision, epoch }),
        )
      },
    },
    {
      method: 'GET',
      path: '/polls/:id/vote',
      async handle(request, params) {
        const vote = await parts.readVote(pollId(params), access.requireVoter(request))
        if (!vote) throw pollError('NOT_FOUND', {}, 'You have not voted in this poll.')
        return json(200, vote)
      },
    },
    {
      method: 'POST',
      path: '/voters',
      async handle(request) {
        const input = await readJson(request, { whenEmpty: {}, maxBytes: votersBytes })
        const { voters, relay, ...unknown } = readVotersInput(input)
        const extra = Object.keys(unknown)[0]
        if (relay !== undefined || voters !== undefined) {
          await access.requireOrganizer(request, relay === undefined ? 'nameVoters' : 'createRelay')
          if (extra !== undefined) throw invalid(extra, 'This field is not known.')
          if (relay === undefined) return json(200, parts.admitVoter.named(voters))
          if (relay !== true) throw invalid('relay', 'Send true.')
          if (voters !== undefined) throw invalid('voters', 'Ask for voters or for a relay.')
          return json(200, parts.admitVoter.relay())
        }
        const voter = await access.findVoter(request)
        return json(200, voter ? parts.admitVoter.known(voter) : parts.admitVoter.newDevice())
      },
    },
  ]
}

export interface Readiness {
  /** What stands in the way of serving votes; empty when ready. */
  readonly problems: readonly string[]
  /** `reduced`: a crash of the database may lose votes that were acknowledged, by its settings. */
  readonly durability?: 'full' | 'reduced'
}

/**
 * Routes that answer before the database is open.
 * @param checkReady looks whether votes can be served
 */
export function createStaticRoutes(widgetFile: WidgetFile, checkReady: () => Promise<Readiness>): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/widget.js',
      handle: (request) => widgetFile.script(request),
    },
    {
      method: 'GET',
      path: '/widget/:hash/:file',
      handle: (request, { hash = '', file = '' }) => widgetFile.chunk(request, hash, file),
    },
    {
      method: 'GET',
      path: '/health/live',
      handle: async () => json(200, { status: 'ok' }),
    },
    {
      method: 'GET',
      path: '/health/ready',
      async handle() {
        const { problems, durability } = await checkReady()
        if (problems.length > 0) return json(503, { status: 'unavailable', problems })
        return json(200, { status: 'ready', degraded: [], durability })
      },
    },
  ]
}

/** An id that cannot be one is no poll's id. */
function pollId(params: Readonly<Record<string, string>>): string {
  if (!isPollId(params.id)) throw pollError('POLL_NOT_FOUND')
  return params.id
}

function counter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^\d{1,15}$/.test(text)) throw invalid(name, 'Send a whole number, or leave it out.')
  return Number(text)
}

function readVotersInput(input: unknown): Record<string, unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw invalid('', 'Send {}, {"voters":["user-17"]} or {"relay":true}.')
  }
  return input as Record<string, unknown>
}

function invalid(path: string, message: string): PollError {
  return pollError('INVALID', { issues: [{ path, message }] }, message)
}
