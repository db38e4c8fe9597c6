import type { ServerResponse } from 'node:http'
import type { HttpReply, LivePoll } from '../index.ts'
import { isBodyUnread, type NodeRequest, startStream, toRequest } from './node-message.ts'

export type { NodeRequest } from './node-message.ts'

/** A handler as Node, Express and Connect take it. */
export type NodeHandler = (request: NodeRequest, response: ServerResponse, next?: (error?: unknown) => void) => void

/**
 * Mounts the routes into a Node HTTP server. Other paths go to `next`, or get 404 without one.
 * @example createServer(toNodeHandler(livePoll)).listen(3000)
 */
export function toNodeHandler(livePoll: LivePoll): NodeHandler {
  return (request, response, next) => {
    livePoll.handle(toRequest(request)).then(
      (reply) => {
        if (reply) send(request, response, reply)
        else if (next) next()
        else response.writeHead(404).end()
      },
      next ?? (() => response.destroy()),
    )
  }
}

function send(request: NodeRequest, response: ServerResponse, { status, headers, body, stream }: HttpReply) {
  if (isBodyUnread(request)) response.setHeader('connection', 'close')
  const length = body === null ? {} : { 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, Object.assign(length, headers)) // as fast as can be: see `createHandler`
  if (stream && request.method !== 'HEAD') startStream(response, stream)
  else response.end(request.method === 'HEAD' ? null : body)
}
