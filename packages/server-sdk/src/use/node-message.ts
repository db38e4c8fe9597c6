import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpBody, HttpReply, HttpRequest } from '../index.ts'
import { brokenOff, collectBody, readBefore } from './collect-body.ts'

/** What a framework has made of a request before us. */
export interface Prepared {
  /** What a parser has read. */
  readonly body?: unknown
  /** The whole path, where the framework has cut it for us. */
  readonly originalUrl?: string
}

/** Node's own, or Express's. */
export type NodeRequest = IncomingMessage & Prepared

/**
 * @param raw what the host's code knows the request as
 * @param prepared where the framework does not keep it on the request itself
 */
export function toRequest(request: NodeRequest, raw: unknown = request, prepared: Prepared = request): HttpRequest {
  return new MountedRequest(request, raw, prepared)
}

/** What few routes look at is read when they do. A class, since there are many. */
class MountedRequest implements HttpRequest {
  readonly method: string
  readonly path: string
  readonly raw: unknown
  /** Read at once: a socket that has closed has none. */
  readonly remoteAddress: string | undefined
  readonly #request: IncomingMessage
  readonly #prepared: Prepared
  readonly #search: string
  #headers: Headers | undefined

  constructor(request: IncomingMessage, raw: unknown, prepared: Prepared) {
    const url = prepared.originalUrl ?? request.url ?? '/'
    const queryAt = url.indexOf('?')
    this.method = request.method ?? 'GET'
    this.path = queryAt < 0 ? url : url.slice(0, queryAt)
    this.raw = raw
    this.remoteAddress = request.socket?.remoteAddress
    this.#search = queryAt < 0 ? '' : url.slice(queryAt)
    this.#request = request
    this.#prepared = prepared
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#search)
  }

  get headers(): Headers {
    this.#headers ??= toHeaders(this.#request)
    return this.#headers
  }

  header(name: string): string | null {
    const value = this.#request.headers[name]
    return Array.isArray(value) ? value.join(', ') : (value ?? null)
  }

  readBody(maxBytes: number): Promise<HttpBody> {
    return readBody(this.#request, this.#prepared.body, maxBytes)
  }

  streamBody(): AsyncIterable<Uint8Array> {
    return streamBody(this.#request, this.#prepared.body)
  }
}

function toHeaders(request: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return headers
}

async function readBody(request: IncomingMessage, parsed: unknown, maxBytes: number): Promise<HttpBody> {
  const declared = request.headers['content-length']
  const isParsed = isReadBefore(request, parsed) && !Buffer.isBuffer(parsed)
  if (isParsed && !(Number(declared) > maxBytes)) return { json: parsed }
  return collectBody(streamBody(request, parsed), maxBytes, declared)
}

async function* streamBody(request: IncomingMessage, parsed: unknown): AsyncGenerator<Uint8Array> {
  if (isReadBefore(request, parsed)) {
    if (!Buffer.isBuffer(parsed)) throw readBefore()
    yield parsed
    return
  }
  try {
    yield* request.iterator({ destroyOnReturn: false })
  } catch (error) {
    if (request.errored) throw brokenOff()
    throw error
  }
}

/** A parser before us has, `express.json()` or multer for instance. */
function isReadBefore(request: IncomingMessage, parsed: unknown): boolean {
  return request.readableEnded && parsed !== undefined
}

/** Whether the client may still be sending a body that nobody reads: it would be taken for its next request. */
export function isBodyUnread(request: IncomingMessage): boolean {
  return !request.readableEnded && !request.complete
}

/** The same bytes, as frameworks of Node's know them. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** Writes a reply's stream, after the headers were set. */
export function startStream(response: ServerResponse, stream: NonNullable<HttpReply['stream']>) {
  if (response.destroyed) return // the client has left before the headers
  response.flushHeaders()
  response.socket?.setNoDelay(true)
  const events = stream({
    write: (piece) => response.writable && response.write(piece),
    buffered: () => response.writableLength, // the socket's too
    end: () => response.end(),
    destroy: () => response.destroy(),
  })
  response.on('drain', events.drained)
  response.on('error', () => {}) // 'close' follows
  response.on('close', events.closed)
}
