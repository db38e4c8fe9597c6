import { attempt } from '../protocol/attempt.ts'
import { finalCodes } from '../protocol/close-codes.ts'
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

export interface Call {
  readonly body?: object
  /** Lets the browser send the host's cookies along, and says that a script of ours sent this (against forgery). */
  readonly asHostUser?: boolean
  /** Besides those that follow from the rest. With `if-none-match` the answer may have status 304. */
  readonly headers?: Readonly<Record<string, string>>
  /** In place of the token of the options. */
  readonly token?: string
  /** How long the server has to answer, in ms. @default 20 s */
  readonly within?: number
}

export interface Answer<T> {
  readonly status: number
  readonly headers: Headers
  /** The JSON of the body; undefined where there is none (204, 304). */
  readonly value: T
}

/** Sends one JSON request and answers with what came back, or rejects with a {@link PollError}. */
export type Exchange = <T>(method: string, path: string, call?: Call) => Promise<Answer<T>>

const TIMEOUT = 20_000

export function createExchange({ server, token, fetch = globalThis.fetch }: RequestOptions): Exchange {
  return async <T>(method: string, path: string, call: Call = {}) => {
    const { body, asHostUser, within = TIMEOUT, token: bearer = token } = call
    // Only what is needed: a plain GET with none of these headers crosses origins without a preflight.
    const headers: Record<string, string> = { ...call.headers }
    if (body) headers['content-type'] = 'application/json'
    if (bearer) headers.authorization = `Bearer ${bearer}`
    if (asHostUser) headers['live-poll-client'] = '1'

    let answered: Response | undefined
    let text = ''
    try {
      const response = await fetch(server + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        credentials: asHostUser ? 'include' : 'same-origin',
        signal: AbortSignal.timeout(within),
      })
      text = await response.text()
      answered = response
    } catch {} // no answer, or half of one: told below

    const status = answered?.status ?? 0
    return { status, headers: answered?.headers as Headers, value: readAnswer<T>(server, status, text) }
  }
}

/**
 * The JSON of an answer; undefined where it has none (204, 304).
 * @param status 0: there was no answer
 * @throws PollError what the answer says, or, where a server of ours did not give it, the nearest to its status
 */
export function readAnswer<T>(server: string, status: number, text: string): T {
  const value = attempt(() => JSON.parse(text) as T & Partial<ErrorBody>)
  if (value?.error) throw toPollError(value.error)
  if (value ? status < 300 : status === 204 || status === 304) return value as T
  throw new PollError(codeOf(status), {}, `No Live Poll at ${server} (${status}).`)
}

export type Request = <T>(method: string, path: string, call?: Call) => Promise<T>

/** As `createExchange`, for callers to whom only the JSON of an answer matters. */
export function createRequest(options: RequestOptions): Request {
  const exchange = createExchange(options)
  return async <T>(method: string, path: string, call?: Call) => (await exchange<T>(method, path, call)).value
}

/** The nearest code for an answer that something between us and the server gave. */
function codeOf(status: number): ErrorCode {
  if (status === 429) return 'RATE_LIMITED'
  return finalCodes[4000 + status] ?? (status && status < 500 ? 'NOT_FOUND' : 'UNAVAILABLE')
}
