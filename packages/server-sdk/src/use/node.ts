import type { IncomingMessage, ServerResponse } from 'node:http'
import { pollError } from '@live-poll/client-sdk/protocol'
import type { HttpBody, HttpReply, HttpRequest, LivePoll } from '../index.ts'

/** Node's own, or Express's: what a parser before us has read is in `body`, the whole path in `originalUrl`. */
export type NodeRequest = IncomingMessage & { readonly body?: unknown; readonly originalUrl?: string }

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

function toRequest(request: NodeRequest): HttpRequest {
  const url = request.originalUrl ?? request.url ?? '/'
  const queryAt = url.indexOf('?')
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return {
    method: request.method ?? 'GET',
    path: queryAt < 0 ? url : url.slice(0, queryAt),
    query: new URLSearchParams(queryAt < 0 ? '' : url.slice(queryAt)),
    headers,
    remoteAddress: request.socket?.remoteAddress,
    raw: request,
    readBody: (maxBytes) => readBody(request, maxBytes),
  }
}

async function readBody(request: NodeRequest, maxBytes: number): Promise<HttpBody> {
  if (Number(request.headers['content-length']) > maxBytes) throw pollError('TOO_LARGE')
  if (request.readableEnded && request.body !== undefined) {
    return Buffer.isBuffer(request.body) ? { bytes: request.body } : { json: request.body }
  }
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length
      if (length > maxBytes) throw pollError('TOO_LARGE')
      chunks.push(chunk)
    }
  } catch (error) {
    if (request.errored) throw pollError('BAD_JSON', {}, 'The body broke off.') // the client's doing: nobody hears this
    throw error
  }
  return { bytes: Buffer.concat(chunks) }
}

function send(request: NodeRequest, response: ServerResponse, { status, headers, body, stream }: HttpReply) {
  // What the client still sends of a body nobody read would be taken for its next request.
  if (!request.readableEnded && !request.complete) response.setHeader('connection', 'close')
  response.writeHead(status, body === null ? headers : { ...headers, 'content-length': Buffer.byteLength(body) })
  if (stream && request.method !== 'HEAD') startStream(response, stream)
  else response.end(request.method === 'HEAD' ? null : body)
}

function startStream(response: ServerResponse, stream: NonNullable<HttpReply['stream']>) {
  if (response.destroyed) return // the client has left before the headers
  response.flushHeaders()
  response.socket?.setNoDelay(true)
  const events = stream({
    write: (text) => response.writable && response.write(text),
    buffered: () => response.writableLength, // the socket's too
    end: () => response.end(),
    destroy: () => response.destroy(),
  })
  response.on('drain', events.drained)
  response.on('error', () => {}) // 'close' follows
  response.on('close', events.closed)
}
