import { type ErrorCode, errors } from '@live-poll/client-sdk/protocol'
import type { Route } from '../route.ts'
import type { Caller, Operation } from './operation.ts'

export type DocumentedRoute = Pick<Route, 'method' | 'path' | 'load'>

const byCaller: Readonly<Record<Caller, readonly ErrorCode[]>> = {
  organizer: ['UNAUTHENTICATED', 'FORBIDDEN'],
  voter: ['UNAUTHENTICATED'],
  viewer: ['UNAUTHENTICATED'],
  account: ['UNAUTHENTICATED', 'FORBIDDEN'],
  anyone: [],
}

/** What routes that answer before the database is open need not wait for. */
const standsAlone = /^\/(widget|health)\b/

/** Every code that a route may answer, in the order of the table of errors. */
export function errorsOf(
  { path, load }: DocumentedRoute,
  { by, body, errors: own = [] }: Operation,
): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>([...byCaller[by], ...own, 'INTERNAL'])
  if (body) for (const code of ['BAD_JSON', 'INVALID', 'UNSUPPORTED_TYPE', 'TOO_LARGE'] as const) codes.add(code)
  if (path.startsWith('/polls/:id')) codes.add('POLL_NOT_FOUND')
  if (load) codes.add('BUSY')
  if (!standsAlone.test(path)) codes.add('UNAVAILABLE')
  if (!path.startsWith('/widget')) codes.add('ORIGIN_NOT_ALLOWED')
  return (Object.keys(errors) as ErrorCode[]).filter((code) => codes.has(code))
}
