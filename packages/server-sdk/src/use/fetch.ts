import type { HttpBody, HttpRequest, LivePoll } from '../index.ts'
import { brokenOff, collectBody, readBefore } from './collect-body.ts'
import { toResponse } from './to-response.ts'

/** What an app knows of a request besides the `Request`. */
export interface FetchContext {
  /**
   * Address of the socket's other end, which a `Request` does not say. Without it, and without `trustedProxies`, all
   * devices are of one network.
   */
  readonly remoteAddress?: string | undefined
  /** What the app's code knows the request as, for `identify`. @default the `Request` */
  readonly raw?: unknown
  /** The body, where code of the app has read it: a `Request` gives it once. */
  readonly body?: HttpBody | undefined
}

/** Answers a request under `basePath`; undefined for any other, which is the app's. */
export type FetchHandler = (request: Request, context?: FetchContext) => Promise<Response | undefined>

/**
 * Mounts the routes into whatever serves fetch requests, Hono for instance.
 * @example
 * const handle = toFetch(livePoll)
 * app.use(async (c, next) => (await handle(c.req.raw)) ?? next())
 */
export function toFetch(livePoll: LivePoll): FetchHandler {
  return async (request, context = {}) => {
    const reply = await livePoll.handle(toRequest(request, context))
    return reply && toResponse(reply, request.method === 'HEAD')
  }
}

function toRequest(request: Request, { remoteAddress, raw = request, body }: FetchContext): HttpRequest {
  const url = new URL(request.url)
  const { method, headers } = request
  return {
    ...{ method, path: url.pathname, headers, remoteAddress, raw },
    get query() {
      return url.searchParams
    },
    async readBody(maxBytes) {
      const declared = headers.get('content-length')
      if (body && 'json' in body && !(Number(declared) > maxBytes)) return body
      return collectBody(streamBody(request, body), maxBytes, declared)
    },
    streamBody: () => streamBody(request, body),
  }
}

async function* streamBody(request: Request, before: HttpBody | undefined): AsyncGenerator<Uint8Array> {
  if (before && 'bytes' in before) return yield before.bytes
  if (before || request.bodyUsed) throw readBefore()
  try {
    if (request.body) yield* request.body.values({ preventCancel: true }) // its end would be the connection's
  } catch {
    throw brokenOff()
  }
}
