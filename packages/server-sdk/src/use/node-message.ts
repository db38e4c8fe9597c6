import type { IncomingMessage, ServerResponse } from 'node:http'
import { pollError } from '@live-poll/client-sdk/protocol'
import type { HttpBody, HttpReply, HttpRequest } from '../index.ts'

/** Node's own, or Express's: what a parser before us has read is in `body`, the whole path in `originalUrl`. */
export type NodeRequest = IncomingMessage & { readonly body?: unknown; readonly originalUrl?: string }

/** @param raw what the host's code knows the request as */
export function toRequest(request: NodeRequest, raw: unknown = request): HttpRequest {
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
    raw,
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

/** Whether the client may still be sending a body that nobody reads: it would be taken for its next request. */
export function isBodyUnread(request: IncomingMessage): boolean {
  return !request.readableEnded && !request.complete
}

/** Writes a reply's stream, after the headers were set. */
export function startStream(response: ServerResponse, stream: NonNullable<HttpReply['stream']>) {
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
