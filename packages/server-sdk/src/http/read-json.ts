import { limits, pollError } from '@live-poll/client-sdk/protocol'
import type { HttpRequest } from './http-message.ts'

export interface ReadJsonOptions {
  /** What an empty body stands for. @default it is an error */
  readonly whenEmpty?: unknown
  /** @default limits.bodyBytes */
  readonly maxBytes?: number
}

/**
 * Reads a JSON body.
 * @throws PollError `UNSUPPORTED_TYPE`, `TOO_LARGE`, `BAD_JSON`
 */
export async function readJson(request: HttpRequest, options: ReadJsonOptions = {}): Promise<unknown> {
  const { whenEmpty, maxBytes = limits.bodyBytes } = options
  const body = await request.readBody(maxBytes)
  if ('bytes' in body && body.bytes.length === 0 && whenEmpty !== undefined) return whenEmpty
  // Also where a parser of the host's has read it: a form, say.
  if (!isJson(request.headers.get('content-type'))) throw pollError('UNSUPPORTED_TYPE')
  if ('json' in body) return body.json
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body.bytes))
  } catch {
    throw pollError('BAD_JSON')
  }
}

function isJson(contentType: string | null): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === 'application/json'
}
