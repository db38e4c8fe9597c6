import type { Poll, VoterAdmission } from '@live-poll/client-sdk/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Route } from '../../src/http/route.ts'
import { adminKey } from '../admin-key.ts'
import { expectError } from '../expect-error.ts'
import { createHttpClient, type HttpClient } from '../http-client.ts'
import { routeTableWithoutAccounts as routes } from '../route-table.ts'
import type { RunningLivePoll } from '../start-live-poll.ts'
import type { HttpHost } from './http-hosts.ts'
import { type MalformedRequest, malformedRequests } from './malformed-requests.ts'

const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>) => `${method} ${path}`

/** What every route refuses, over one host. */
export function describeMalformedRequests(name: string, host: HttpHost, running: () => RunningLivePoll): void {
  describe(`on ${name}`, () => {
    let origin: string
    let call: HttpClient
    let pollId: string
    let stop: () => Promise<void>
    beforeAll(async () => {
      const http = await host.listen(running().livePoll)
      stop = http.close
      origin = http.origin
      call = createHttpClient(origin)
      const poll = await call<Poll>('POST', '/polls', {
        token: adminKey,
        body: { question: 'A?', choices: ['a', 'b'] },
      })
      pollId = poll.body.id
    })
    afterAll(() => stop())

    async function send({ method, path }: Pick<Route, 'method' | 'path'>, request: MalformedRequest) {
      const { as, query = '', pollId: otherId, code: _, at: __, ...options } = request
      const { body: voter } = as === 'voter' ? await call<VoterAdmission>('POST', '/voters') : { body: undefined }
      const token = as === 'organizer' ? adminKey : voter?.token
      return call(method, path.replace(':id', otherId ?? pollId) + query, { token, ...options })
    }

    for (const route of routes) {
      const cases = malformedRequests[nameOf(route)]
      if (!cases) {
        it(`${nameOf(route)} has malformed requests in the table`, () => {
          expect(Object.keys(malformedRequests)).toContain(nameOf(route))
        })
        continue
      }

      for (const [what, request] of Object.entries(cases)) {
        // A parser or router before ours answers these in its own way: by an error page, or a limit of its own.
        const isAnsweredBefore =
          (host.isDecodingPaths && request.pollId?.includes('%ff')) ||
          (host.parser === 'json' && request.code === 'BAD_JSON') ||
          (host.parser !== 'none' && request.code === 'TOO_LARGE' && route.path === '/voters')
        it.skipIf(isAnsweredBefore)(`${nameOf(route)} answers ${request.code} to ${what}`, async () => {
          const answer = await send(route, request)
          expectError(answer, request.code)
          if (request.at !== undefined) {
            expect(answer.body.error.issues?.map((issue) => issue.path)).toContain(request.at)
          }
          if (request.code === 'UNAUTHENTICATED') expect(answer.headers['www-authenticate']).toBe('Bearer')
        })
      }

      it(`${nameOf(route)} names the methods of its path to another`, async () => {
        const offered = routes.filter((other) => other.path === route.path).map((other) => other.method)
        for (const method of ['PATCH', 'TRACE', 'POST', 'GET', 'PUT', 'DELETE'] as const) {
          if (offered.includes(method as Route['method'])) continue
          const answer = await call(method, route.path.replace(':id', pollId), { token: adminKey })
          expectError(answer, 'METHOD_NOT_ALLOWED')
          expect(answer.headers.allow?.split(', ').sort()).toEqual(offered.sort())
        }
      })
    }

    it.each(['/', '/nothing', '/polls/p/nothing', '/polls/p/vote/v', '/channel', '/widget.js.map'])(
      'answers NOT_FOUND to %s',
      async (path) => expectError(await call('GET', path), 'NOT_FOUND'),
    )

    it.each(['/%2e%2e/x', '/../x'])('answers no page of its own to %s', async (path) => {
      const answer = await call('GET', path)
      if (host.isReadingUrls) expect(answer).toMatchObject(host.notFound)
      else expectError(answer, 'NOT_FOUND')
    })

    it.each(['/', '/live-poll', '/live-pollution', '/live-poll?polls', '/other/live-poll/polls', '//live-poll/polls'])(
      'leaves %s to the host',
      async (path) => {
        const { status, body } = await createHttpClient(origin, '')<string>('GET', path)
        expect({ status, body }).toEqual(host.notFound)
      },
    )

    it('has told the log of nothing', () => {
      expect(running().logger.errors).toEqual([])
    })
  })
}
