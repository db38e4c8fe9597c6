import { randomBytes } from 'node:crypto'
import { PollError, pollError } from '@live-poll/client-sdk/protocol'
import { addRoute, createRouter, findRoute, type RouterContext } from 'rou3'
import type { Logger } from '../ports/logger.ts'
import type { HttpReply, HttpRequest } from './http-message.ts'
import { callerOf, type Origins } from './origins.ts'
import { errorReply } from './respond.ts'
import type { Route } from './route.ts'

export interface HandlerParts {
  /** Without a slash at its end; '' for the root. */
  readonly basePath: string
  readonly origins: Origins
  readonly logger: Logger
  readonly staticRoutes: readonly Route[]
  /** The other routes, once the database is open. */
  readonly routes: () => Promise<readonly Route[]>
}

/** Answers a request under the base path; undefined: it is the host's. Never throws. */
export type Handler = (request: HttpRequest) => Promise<HttpReply | undefined>

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export function createHandler(parts: HandlerParts): Handler {
  const staticRouter = createRouterOf(parts.staticRoutes)
  let openRouter: { routes: readonly Route[]; router: Router } | undefined

  async function routerFor(path: string): Promise<Router> {
    if (findMethods(staticRouter, path).length > 0) return staticRouter
    const routes = await parts.routes()
    if (openRouter?.routes !== routes) openRouter = { routes, router: createRouterOf(routes) }
    return openRouter.router
  }

  async function dispatch(request: HttpRequest, path: string, requestId: string): Promise<HttpReply> {
    const { method, headers } = request
    const isChange = !(method === 'GET' || method === 'HEAD' || method === 'OPTIONS')
    if (!parts.origins.allows(callerOf(headers), isChange) && !/^\/widget[./]/.test(path)) {
      throw pollError('ORIGIN_NOT_ALLOWED', {}, tellOrigin(headers.get('origin')))
    }
    const router = await routerFor(path)
    const found = findRoute(router, method === 'HEAD' ? 'GET' : method, path)
    if (!found) {
      const allowed = findMethods(router, path)
      if (allowed.length === 0) throw pollError('NOT_FOUND')
      if (method === 'OPTIONS') return preflight(allowed)
      const refusal = errorReply(pollError('METHOD_NOT_ALLOWED'), requestId)
      return { ...refusal, headers: { ...refusal.headers, allow: allowed.join(', ') } }
    }
    return found.data.handle(request, found.params ?? {})
  }

  return async (request) => {
    const path = pathUnder(parts.basePath, request.path)
    if (path === undefined) return undefined
    const requestId = randomBytes(9).toString('base64url')
    const reply = await dispatch(request, path, requestId).catch((error: unknown) => {
      if (error instanceof PollError) return errorReply(error, requestId)
      parts.logger.error(`Request ${requestId} failed.`, error)
      return errorReply(pollError('INTERNAL'), requestId)
    })
    return {
      ...reply,
      headers: { ...crossOrigin(request, parts.origins), 'x-request-id': requestId, ...reply.headers },
    }
  }
}

function tellOrigin(origin: string | null): string {
  const named = origin === null || origin === 'null' ? 'Requests of no origin' : `Pages of ${origin}`
  return `${named} may not use this server: it is not in the option "origins" of createLivePoll.`
}

type Router = RouterContext<Route>

function createRouterOf(routes: readonly Route[]): Router {
  const router = createRouter<Route>()
  for (const route of routes) addRoute(router, route.method, route.path, route)
  return router
}

function findMethods(router: Router, path: string): readonly string[] {
  return methods.filter((method) => findRoute(router, method, path))
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
function crossOrigin({ headers }: HttpRequest, origins: Origins): Record<string, string> {
  const origin = headers.get('origin')
  if (origin === null) return { vary: 'Origin' }
  // It may read why it may not: nothing else is in the answer.
  if (!origins.allows(callerOf(headers), false)) return { vary: 'Origin', 'access-control-allow-origin': '*' }
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'etag, live-poll-now, retry-after, x-request-id',
  }
}
