import type { HttpBody, HttpRequest } from '../index.ts'
import { collectBody } from './collect-body.ts'
import type { UwsBody } from './uwebsockets-body.ts'

/** What is used of a `uWS.HttpRequest`. */
export interface UwsHttpRequest {
  getCaseSensitiveMethod(): string
  getUrl(): string
  getQuery(): string
  forEach(visit: (name: string, value: string) => void): void
}

/** Copies what uWebSockets.js frees at the first await. @param body undefined: there is none */
export function toRequest(
  request: UwsHttpRequest,
  response: { getRemoteAddressAsText(): ArrayBuffer },
  body: UwsBody | undefined,
): HttpRequest {
  return new CopiedRequest(request, Buffer.from(response.getRemoteAddressAsText()).toString(), body)
}

/** A class, since there are many. */
class CopiedRequest implements HttpRequest {
  readonly method: string
  readonly path: string
  readonly remoteAddress: string
  readonly #search: string
  readonly #values = new Map<string, string>()
  readonly #body: UwsBody | undefined
  #headers: Headers | undefined

  constructor(request: UwsHttpRequest, remoteAddress: string, body: UwsBody | undefined) {
    this.method = request.getCaseSensitiveMethod()
    this.path = request.getUrl()
    this.remoteAddress = remoteAddress
    this.#search = request.getQuery()
    this.#body = body
    request.forEach((name, value) => {
      const before = this.#values.get(name)
      const joint = name === 'cookie' ? '; ' : ', ' // RFC 9113, section 8.2.3
      this.#values.set(name, before === undefined ? toLatin1(value) : before + joint + toLatin1(value))
    })
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#search)
  }

  get headers(): Headers {
    this.#headers ??= new Headers([...this.#values])
    return this.#headers
  }

  header(name: string): string | null {
    return this.#values.get(name) ?? null
  }

  readBody(maxBytes: number): Promise<HttpBody> {
    return collectBody(this.streamBody(), maxBytes, this.#values.get('content-length'))
  }

  async *streamBody(): AsyncGenerator<Uint8Array> {
    if (this.#body) yield* this.#body.read()
  }
}

/** A letter a byte, as Node hands headers over, and as `Headers` wants them. uWebSockets.js reads UTF-8. */
function toLatin1(value: string): string {
  return /^[ -~]*$/.test(value) ? value : Buffer.from(value).toString('latin1')
}
