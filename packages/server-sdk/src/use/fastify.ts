import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpReply, LivePoll } from '../index.ts'
import { asBuffer, isBodyUnread, startStream, toRequest } from './node-message.ts'

/** What is used of a Fastify 5 request. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage
}

/** What is used of a Fastify 5 reply. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse
  code(status: number): { send(body?: unknown): unknown }
  header(name: string, value: string): unknown
  getHeaders(): Record<string, number | string | string[] | undefined>
  hijack(): unknown
  callNotFound(): unknown
}

/** What is used of a Fastify 5 app. */
export interface FastifyApp {
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(
    type: string,
    parse: (request: unknown, body: unknown, done: (error: null) => void) => void,
  ): unknown
  all(path: string, handle: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>): unknown
}

/**
 * A plugin that mounts the routes into a Fastify 5 app, at the app's root: `basePath` is an option of `createLivePoll`.
 * Hooks of the app run as for any route; its parsers do not: bodies are read here, within limits of our own.
 * @example app.register(toFastify(livePoll))
 */
export function toFastify(livePoll: LivePoll): (app: FastifyApp) => Promise<void> {
  return async (app) => {
    app.removeAllContentTypeParsers() // the app keeps its own: a plugin is a context apart
    app.addContentTypeParser('*', (_request, _body, done) => done(null))
    app.all(`${livePoll.basePath}/*`, async (request, reply) => {
      const answer = await livePoll.handle(toRequest(request.raw, request))
      return answer ? send(request.raw, reply, answer) : reply.callNotFound()
    })
  }
}

function send(request: IncomingMessage, reply: FastifyReplyLike, { status, headers, body, stream }: HttpReply) {
  if (isBodyUnread(request)) reply.header('connection', 'close')
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  const payload = body instanceof Uint8Array ? asBuffer(body) : (body ?? undefined) // Fastify writes null as JSON
  if (!stream || request.method === 'HEAD') return reply.code(status).send(payload)
  reply.hijack()
  reply.raw.writeHead(status, reply.getHeaders())
  startStream(reply.raw, stream)
  return reply
}
