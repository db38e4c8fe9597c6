import { attempt } from '../protocol/attempt.ts'
import type { ErrorCode } from '../protocol/error-code.ts'
import { type ErrorBody, PollError } from '../protocol/poll-error.ts'
import { toPollError } from '../to-poll-error.ts'

export interface RequestOptions {
  /** Absolute base URL of the API, such as `https://my.app/live-poll`. */
  readonly server: string
  /** Sent as `Authorization: Bearer`: an organizer key (`lpa_`), a voter token (`lpv_`), or a credential of the host. */
  readonly token?: string
  /** @default globalThis.fetch */
  readonly fetch?: typeof globalThis.fetch
}

interface Call {
  readonly body?: object
  /** Lets the browser send the host's cookies along, and says that a script of ours sent this (against forgery). */
  readonly asHostUser?: boolean
  readonly idempotencyKey?: string
}

export type Request = <T>(method: string, path: string, call?: Call) => Promise<T>

const TIMEOUT = 20_000

/** Sends one JSON request and answers with its JSON, or rejects with a {@link PollError}. */
export function createRequest({ server, token, fetch = globalThis.fetch }: RequestOptions): Request {
  return async <T>(method: string, path: string, { body, asHostUser, idempotencyKey }: Call = {}) => {
    // Only what is needed: a plain GET with none of these headers crosses origins without a preflight.
    const headers: Record<string, string> = {}
    if (body) headers['content-type'] = 'application/json'
    if (token) headers.authorization = `Bearer ${token}`
    if (asHostUser) headers['live-poll-client'] = '1'
    if (idempotencyKey) headers['idempotency-key'] = idempotencyKey

    let response: Response
    let text: string
    try {
      response = await fetch(server + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        credentials: asHostUser ? 'include' : 'same-origin',
        signal: AbortSignal.timeout(TIMEOUT),
      })
      text = await response.text()
    } catch {
      throw new PollError('UNAVAILABLE', {}, `${server} cannot be reached.`)
    }

    const answer = attempt<Partial<ErrorBody>>(() => JSON.parse(text))
    if (response.ok && answer) return answer as T
    if (answer?.error) throw toPollError(answer.error)
    throw new PollError(
      codeOf(response.status),
      {},
      `${server} answered ${response.status}, but not as Live Poll does.`,
    )
  }
}

/** The nearest code for an answer that something between us and the server gave. */
function codeOf(status: number): ErrorCode {
  if (status === 401) return 'UNAUTHENTICATED'
  if (status === 403) return 'FORBIDDEN'
  if (status === 429) return 'RATE_LIMITED'
  return status >= 500 ? 'UNAVAILABLE' : 'NOT_FOUND'
}
