import { type IncomingMessage, request } from 'node:http'
import type { ErrorBody } from '@live-poll/client-sdk/protocol'

export interface Answer<T> {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** The parsed body; the text itself when it is no JSON. */
  readonly body: T
}

export interface CallOptions {
  /** Sent as JSON; a text or bytes as they are, then with the content type given. */
  readonly body?: unknown
  /** @default 'application/json' where there is a body */
  readonly type?: string
  /** Sent as a bearer credential. */
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Calls a route, its path under `/live-poll` and sent as it is. */
export type HttpClient = <T = ErrorBody>(method: string, path: string, options?: CallOptions) => Promise<Answer<T>>

/** Node's bare HTTP client: no cookies, no redirects, no normalizing of paths, and any header may be sent. */
export function createHttpClient(origin: string, basePath = '/live-poll'): HttpClient {
  return async <T>(method: string, path: string, { body, type, token, headers }: CallOptions = {}) => {
    const content = toContent(body)
    const response = await send(`${basePath}${path}`, content)
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    return { status: response.statusCode ?? 0, headers: response.headers, body: parse(text) as T }

    function send(target: string, payload: string | Uint8Array | undefined) {
      return new Promise<IncomingMessage>((resolve, reject) => {
        const call = request(origin, { method, path: target, agent: false })
        if (payload !== undefined) {
          call.setHeader('content-type', type ?? 'application/json')
          call.setHeader('content-length', Buffer.byteLength(payload))
        }
        if (token !== undefined) call.setHeader('authorization', `Bearer ${token}`)
        for (const [name, value] of Object.entries(headers ?? {})) call.setHeader(name, value)
        call.on('response', resolve).on('error', reject).end(payload)
      })
    }
  }
}

function toContent(body: unknown): string | Uint8Array | undefined {
  return body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
