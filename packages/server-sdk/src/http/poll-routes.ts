import { pollError } from '@live-poll/client-sdk/protocol'
import type { ClosePoll } from '../actions/close-poll.ts'
import type { CreatePoll } from '../actions/create-poll.ts'
import type { DeletePoll } from '../actions/delete-poll.ts'
import type { EditPoll } from '../actions/edit-poll.ts'
import type { ListedFor, ListPolls } from '../actions/list-polls.ts'
import type { OpenPoll } from '../actions/open-poll.ts'
import type { ReadOwn, ReadPoll } from '../actions/read-poll.ts'
import type { ResetPoll } from '../actions/reset-poll.ts'
import { type Access, bearer } from './access.ts'
import type { HttpReply, HttpRequest } from './http-message.ts'
import { createReadAsViewer, viewHeaders } from './read-as-viewer.ts'
import { readJson } from './read-json.ts'
import { conditionalJson, json } from './respond.ts'
import { noContent, pollId, type Route } from './route.ts'

export interface PollRouteParts {
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
  /** The messages of the channel about one poll, for the holder of a ticket or anyone. */
  readonly openEvents: (
    pollId: string,
    ticket: string | null,
    origin: string | null,
  ) => Promise<NonNullable<HttpReply['stream']>>
}

const eventHeaders = {
  'content-type': 'text/event-stream',
  // A compressing proxy or middleware would keep frames back until it has enough of them.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

/** Making polls, seeing them, and their life. */
export function createPollRoutes(parts: PollRouteParts): readonly Route[] {
  const { access } = parts
  const readAsViewer = createReadAsViewer(access, parts.readPoll, parts.readOwn)
  return [
    {
      method: 'POST',
      path: '/polls',
      actions: ['createPoll'],
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
      actions: ['listPolls'],
      async handle(request) {
        await access.requireOrganizer(request, 'listPolls')
        const cursor = request.query.get('cursor') ?? undefined
        const limit = request.query.get('limit')
        const page = { cursor, ...(limit !== null && { limit: digits(limit) }) }
        const viewerOf = await access.findViewer(request)
        const listedFor: ListedFor = async (poll) => {
          const { mayView, isOrganizer } = await viewerOf(poll)
          return mayView ? (isOrganizer ? 'organizer' : 'public') : undefined
        }
        return json(200, await parts.listPolls(page, listedFor))
      },
    },
    {
      method: 'GET',
      path: '/polls/:id',
      actions: ['viewPoll', 'viewResults'],
      load: 'watch',
      async handle(request, params) {
        const view = await readAsViewer(request, pollId(params))
        return conditionalJson(request, view.poll, viewHeaders(view))
      },
    },
    {
      method: 'PATCH',
      path: '/polls/:id',
      actions: ['editPoll'],
      async handle(request, params) {
        await access.requireOrganizer(request, 'editPoll', params.id)
        return json(200, await parts.editPoll(pollId(params), await readJson(request)))
      },
    },
    {
      method: 'DELETE',
      path: '/polls/:id',
      actions: ['deletePoll'],
      async handle(request, params) {
        await access.requireOrganizer(request, 'deletePoll', params.id)
        await parts.deletePoll(pollId(params))
        return noContent
      },
    },
    {
      method: 'POST',
      path: '/polls/:id/open',
      actions: ['openPoll'],
      async handle(request, params) {
        await access.requireOrganizer(request, 'openPoll', params.id)
        return json(200, await parts.openPoll(pollId(params)))
      },
    },
    {
      method: 'POST',
      path: '/polls/:id/close',
      actions: ['closePoll'],
      async handle(request, params) {
        await access.requireOrganizer(request, 'closePoll', params.id)
        return json(200, await parts.closePoll(pollId(params)))
      },
    },
    {
      method: 'POST',
      path: '/polls/:id/reset',
      actions: ['resetPoll'],
      async handle(request, params) {
        await access.requireOrganizer(request, 'resetPoll', params.id)
        return json(200, await parts.resetPoll(pollId(params), await readJson(request)))
      },
    },
    {
      method: 'GET',
      path: '/polls/:id/results',
      actions: ['viewResults'],
      load: 'watch',
      async handle(request, params) {
        const view = await readAsViewer(request, pollId(params))
        if (!view.poll.results) throw pollError('RESULTS_HIDDEN')
        return conditionalJson(request, view.poll.results, viewHeaders(view))
      },
    },
    {
      method: 'GET',
      path: '/polls/:id/events',
      actions: ['viewPoll', 'viewResults'],
      load: 'watch',
      async handle(request, params) {
        const stream = await parts.openEvents(pollId(params), ticketOf(request), request.headers.get('origin'))
        return { status: 200, headers: eventHeaders, body: null, stream }
      },
    },
  ]
}

/** `Number` reads much else, as "0x10" and "". */
function digits(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
}

/** In the header, where no log of addresses has it; in the address, for an `EventSource`, which sends no headers. */
function ticketOf(request: HttpRequest): string | null {
  const credential = bearer(request)
  return credential?.startsWith('lpt_') ? credential : request.query.get('ticket')
}
