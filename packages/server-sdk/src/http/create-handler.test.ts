import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRecordingLogger } from '../../test/recording-logger.ts'
import { createHandler, type Handler } from './create-handler.ts'
import type { HttpRequest } from './http-message.ts'
import { createOrigins } from './origins.ts'
import { json } from './respond.ts'
import type { Route } from './route.ts'
import { createRoutes } from './routes.ts'
import { createStaticRoutes } from './static-routes.ts'

/** The table itself; each route answers its parameters. */
const toTable = (routes: readonly Route[]) =>
  routes.map((route): Route => ({ ...route, handle: async (_, params) => json(200, { route: route.path, params }) }))
const routes = toTable(createRoutes({} as Parameters<typeof createRoutes>[0]))
const staticRoutes = toTable(
  createStaticRoutes(
    {} as Parameters<typeof createStaticRoutes>[0],
    async () => ({ problems: [] }),
    async () => ({}),
  ),
)
const logger = createRecordingLogger()
const handle: Handler = createHandler({
  ...{ basePath: '/live-poll', origins: createOrigins(['https://www.example.org']), logger, staticRoutes },
  routes: async () => routes,
})

function request(method: string, path: string, headers: Readonly<Record<string, string>> = {}): HttpRequest {
  const bare = { method, path, query: new URLSearchParams(), headers: new Headers(headers) }
  return { ...bare, readBody: async () => ({ bytes: new Uint8Array() }) } as HttpRequest
}

const known = [...routes, ...staticRoutes].flatMap(({ path }) => path.split('/').slice(1))
const odd = [
  '',
  '.',
  '..',
  '%',
  '%2f',
  '%ff%00',
  '%e0%a4%a',
  '*',
  '**',
  ':id',
  '__proto__',
  'constructor',
  '$&',
  '\\',
  '#',
]
const segment = fc.oneof(
  fc.constantFrom(...known),
  fc.constantFrom(...odd),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const path = fc.array(segment, { maxLength: 6 }).map((segments) => `/live-poll/${segments.join('/')}`)
const method = fc.oneof(
  fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', '__proto__', ''),
  fc.string({ maxLength: 8 }),
)
const origin = fc.constantFrom('https://www.example.org', 'https://elsewhere.example', 'null', '', 'x', 'http://x/../y')

it('routes any method and path to a route, or says that there is none, or which methods there are', async () => {
  const statuses = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(method, path, fc.option(origin, { nil: undefined }), async (verb, target, from) => {
      const reply = await handle(request(verb, target, from === undefined ? {} : { origin: from }))
      const { status = 0, headers = {}, body } = reply ?? {}
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      const code = status < 400 ? undefined : JSON.parse(String(body)).error.code
      const codes = { 403: 'ORIGIN_NOT_ALLOWED', 404: 'NOT_FOUND', 405: 'METHOD_NOT_ALLOWED' }
      expect(code).toBe(codes[status as keyof typeof codes])
      expect([200, 204, 403, 404, 405]).toContain(status)
      expect(status === 405).toBe(headers.allow !== undefined)
      for (const offered of headers.allow?.split(', ') ?? []) {
        expect(offered).not.toBe(verb)
        expect(await handle(request(offered, target))).toMatchObject({ status: 200 })
      }
    }),
    {
      numRuns: 2000,
      examples: [
        ['GET', '/live-poll/health/live', undefined],
        ['OPTIONS', '/live-poll/polls', 'https://www.example.org'],
        ['GET', '/live-poll/polls', 'https://elsewhere.example'],
        ['GET', '/live-poll/nothing', undefined],
        ['TRACE', '/live-poll/polls', undefined],
      ],
    },
  )
  for (const status of [200, 204, 403, 404, 405]) expect(statuses.get(status), `${status}`).toBeGreaterThan(0)
  expect(logger.errors).toEqual([])
})

it('hands parameters on as they were sent, each of one segment', async () => {
  const raw = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((text) => !/[/]|^\.\.?$/.test(text))
  await fc.assert(
    fc.asyncProperty(raw, async (id) => {
      const reply = await handle(request('GET', `/live-poll/polls/${id}/results`))
      expect(JSON.parse(String(reply?.body))).toEqual({
        route: '/polls/:id/results',
        params: JSON.parse(JSON.stringify({ id })),
      })
    }),
  )
})

it('leaves every other path to the host', async () => {
  const other = fc.string({ unit: 'binary' }).filter((text) => !text.startsWith('/live-poll/'))
  await fc.assert(fc.asyncProperty(other, async (target) => (await handle(request('GET', target))) === undefined))
})
