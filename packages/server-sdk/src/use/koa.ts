import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpReply, LivePoll } from '../index.ts'
import { asBuffer, isBodyUnread, startStream, toRequest } from './node-message.ts'

/** What is used of a Koa context (2 or 3). */
export interface KoaContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Its `body` is what a parser has read. */
  readonly request: object
  /** The whole path, whatever it is mounted at. */
  readonly originalUrl: string
  status: number
  body: unknown
  respond?: boolean
  set(headers: Record<string, string>): unknown
}

/** A middleware as Koa takes it. */
export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>

/**
 * Mounts the routes into a Koa app (2 or 3), at the app's root: `basePath` is an option of `createLivePoll`.
 * A body that a parser has read is taken as it is.
 * @example app.use(toKoa(livePoll))
 */
export function toKoa(livePoll: LivePoll): KoaMiddleware {
  return async (context, next) => {
    const { body } = context.request as { readonly body?: unknown }
    const { originalUrl } = context
    const reply = await livePoll.handle(toRequest(context.req, context, { body, originalUrl }))
    return reply ? answer(context, reply) : next()
  }
}

function answer(context: KoaContext, { status, headers, body, stream }: HttpReply) {
  context.body = body instanceof Uint8Array ? asBuffer(body) : body
  context.status = status // after the body, which sets its own
  context.set(isBodyUnread(context.req) ? { ...headers, connection: 'close' } : { ...headers })
  if (!stream || context.req.method === 'HEAD') return
  context.respond = false // what Koa ends itself can be no stream without an end
  startStream(context.res, stream)
}
