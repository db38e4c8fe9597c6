import { isPollId, type PollError, pollError } from '@live-poll/client-sdk/protocol'
import type { Action } from '../identity/host-user.ts'
import type { HttpReply, HttpRequest } from './http-message.ts'

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Under the base path; `:name` matches one segment. */
  readonly path: string
  /** What it lets a caller do, each asked for by itself: a route without them is not tested, and CI says so. */
  readonly actions: readonly Action[]
  /** As what a request is turned away when the node has too much to do. Left out: never */
  readonly load?: 'watch' | 'vote'
  handle(request: HttpRequest, params: Params): Promise<HttpReply>
}

export type Params = Readonly<Record<string, string>>

/** An id that cannot be one is no poll's id. */
export function pollId(params: Params): string {
  if (!isPollId(params.id)) throw pollError('POLL_NOT_FOUND')
  return params.id
}

export function invalid(path: string, message: string): PollError {
  return pollError('INVALID', { issues: [{ path, message }] }, message)
}

export const noContent: HttpReply = { status: 204, headers: { 'cache-control': 'no-store' }, body: null }
