import { randomFillSync } from 'node:crypto'
import { PollError, pollError } from '@live-poll/client-sdk/protocol'
import { addRoute, createRouter, findRoute, type RouterContext } from 'rou3'
import type { Logger } from '../ports/logger.ts'
import type { HttpReply, HttpRequest } from './http-message.ts'
import { type Caller, callerOf, type Origins } from './origins.ts'
import { errorReply } from './respond.ts'
import type { Route } from './route.ts'

export interface HandlerParts {
  /** Without a slash at its end; '' for the root. */
  readonly basePath: string
  readonly origins: Origins
  readonly logger: Logger
  readonly staticRoutes: readonly Route[]
  /** The other routes, once the database is open. */
  readonly routes: () => readonly Route[] | Promise<readonly Route[]>
}

/** Answers a request under the base path; undefined: it is the host's. Never throws. */
export type Handler = (request: HttpRequest) => Promise<HttpReply | undefined>

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export function createHandler(parts: HandlerParts): Handler {
  const staticRouter = createRouterOf(parts.staticRoutes)
  const staticNames = new Set(parts.staticRoutes.map(({ path }) => firstNameOf(path)))
  const newRequestId = createRequestIds()
  let openRouter: { routes: readonly Route[]; router: Router } | undefined

  function routerOf(routes: readonly Route[]): Router {
    if (openRouter?.routes !== routes) openRouter = { routes, router: createRouterOf(routes) }
    return openRouter.router
  }

  function routerFor(path: string): Router | Promise<Router> {
    if (staticNames.has(firstNameOf(path))) return staticRouter
    const routes = parts.routes()
    return routes instanceof Promise ? routes.then(routerOf) : routerOf(routes)
  }

  function dispatch(request: HttpRequest, path: string, caller: Caller, requestId: string): Promise<HttpReply> {
    const { method } = request
    const isChange = !(method === 'GET' || method === 'HEAD' || method === 'OPTIONS')
    if (!parts.origins.allows(caller, isChange) && !/^\/widget[./]/.test(path)) {
      throw pollError('ORIGIN_NOT_ALLOWED', {}, tellOrigin(caller.origin))
    }
    const router = routerFor(path)
    if (router instanceof Promise) return router.then((opened) => route(opened, request, path, requestId))
    return route(router, request, path, requestId)
  }

  function route(router: Router, request: HttpRequest, path: string, requestId: string): Promise<HttpReply> {
    const { method } = request
    const found = find(router, method === 'HEAD' ? 'GET' : method, path)
    if (found) return found.data.handle(request, found.params ?? {})
    const allowed = findMethods(router, path)
    if (allowed.length === 0) throw pollError('NOT_FOUND')
    if (method === 'OPTIONS') return Promise.resolve(preflight(allowed))
    const refusal = errorReply(pollError('METHOD_NOT_ALLOWED'), requestId)
    return Promise.resolve({ ...refusal, headers: { ...refusal.headers, allow: allowed.join(', ') } })
  }

  function refuse(error: unknown, requestId: string): HttpReply {
    if (error instanceof PollError) return errorReply(error, requestId)
    parts.logger.error(`Request ${requestId} failed.`, error)
    return errorReply(pollError('INTERNAL'), requestId)
  }

  return async (request) => {
    const path = pathUnder(parts.basePath, request.path)
    if (path === undefined) return undefined
    const requestId = newRequestId()
    const caller = callerOf(request)
    let reply: HttpReply
    try {
      reply = await dispatch(request, path, caller, requestId)
    } catch (error) {
      reply = refuse(error, requestId)
    }
    // Not by `...`: what is added to a copy that was made so takes V8 twenty times as long (Node 20).
    const headers: Record<string, string> = Object.assign({ 'x-request-id': requestId }, reply.headers)
    allowOrigin(headers, caller, parts.origins)
    return { ...reply, headers }
  }
}

/** Many names at once: to ask the system for each takes longer than to find its route. */
function createRequestIds(): () => string {
  const length = 9
  const random = Buffer.alloc(length * 256)
  let at = random.length
  return () => {
    if (at === random.length) {
      randomFillSync(random)
      at = 0
    }
    at += length
    return random.toString('base64url', at - length, at)
  }
}

/** As in `/widget` of `/widget/abc/chunk.js`. */
function firstNameOf(path: string): string {
  const end = path.indexOf('/', 1)
  return end < 0 ? path : path.slice(0, end)
}

function tellOrigin(origin: string | null): string {
  const named = origin === null || origin === 'null' ? 'Requests of no origin' : `Pages of ${origin}`
  return `${named} may not use this server: it is not in the option "origins" of createLivePoll.`
}

interface Router {
  readonly table: RouterContext<Route>
  /** Paths that were asked for lately: most are asked for again. */
  readonly known: Map<string, ReturnType<typeof findRoute<Route>>>
}

/** Paths that a router remembers, and how long they may be. */
const mostKnown = 1000
const longestKnown = 200

function find({ table, known }: Router, method: string, path: string) {
  const name = `${method} ${path}`
  const before = known.get(name)
  if (before) return before
  const found = findRoute(table, method, path)
  if (!found || name.length > longestKnown) return found
  if (known.size >= mostKnown) known.clear()
  known.set(name, found)
  return found
}

function createRouterOf(routes: readonly Route[]): Router {
  const table = createRouter<Route>()
  for (const route of routes) addRoute(table, route.method, route.path, route)
  return { table, known: new Map() }
}

function findMethods(router: Router, path: string): readonly string[] {
  return methods.filter((method) => findRoute(router.table, method, path))
}

function pathUnder(basePath: string, path: string): string | undefined {
  if (!path.startsWith(`${basePath}/`)) return undefined
  return path.slice(basePath.length)
}

function preflight(allowed: readonly string[]): HttpReply {
  return {
    status: 204,
    headers: {
      'access-control-allow-methods': allowed.join(', '),
      'access-control-allow-headers': 'authorization, content-type, idempotency-key, if-none-match, live-poll-client',
      'access-control-max-age': '600',
    },
    body: null,
  }
}

/**
 * Allowed origins are named back, with credentials: a page of an origin that is allowed only by `*` may send its
 * visitor's cookies, but `access` does not read them.
 */
function allowOrigin(headers: Record<string, string>, caller: Caller, origins: Origins): void {
  const { origin } = caller
  headers.vary ??= 'Origin'
  if (origin === null) return
  if (!origins.allows(caller, false)) {
    headers['access-control-allow-origin'] ??= '*' // it may read why it may not: nothing else is in the answer
    return
  }
  headers['access-control-allow-origin'] ??= origin
  headers['access-control-allow-credentials'] ??= 'true'
  headers['access-control-expose-headers'] ??= 'etag, live-poll-now, retry-after, x-request-id'
}
