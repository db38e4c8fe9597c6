import { pollError } from '@live-poll/client-sdk/protocol'
import type { Load } from '../ports/load.ts'
import { type AccountRouteParts, createAccountRoutes } from './account-routes.ts'
import { type AuditRouteParts, createAuditRoutes } from './audit-routes.ts'
import { createImageRoutes, type ImageRouteParts } from './image-routes.ts'
import { createInvitationRoutes, type InvitationRouteParts } from './invitation-routes.ts'
import { createMetricsRoutes, type MetricsRouteParts } from './metrics-routes.ts'
import { createPollRoutes, type PollRouteParts } from './poll-routes.ts'
import type { Route } from './route.ts'
import { createVoteRoutes, type VoteRouteParts } from './vote-routes.ts'
import { createVoterRoutes, type VoterRouteParts } from './voter-routes.ts'

export type RouteParts = PollRouteParts &
  VoteRouteParts &
  VoterRouteParts &
  InvitationRouteParts &
  AuditRouteParts &
  ImageRouteParts &
  MetricsRouteParts & {
    readonly load: Load
    /** Only where the host has them. */
    readonly accounts?: AccountRouteParts | undefined
  }

/** The whole API as one table, but for what answers before the database is open. */
export function createRoutes(parts: RouteParts): readonly Route[] {
  const routes = [
    ...createPollRoutes(parts),
    ...createVoteRoutes(parts),
    ...createVoterRoutes(parts),
    ...createInvitationRoutes(parts),
    ...createAuditRoutes(parts),
    ...createImageRoutes(parts),
    ...createMetricsRoutes(parts),
    ...(parts.accounts ? createAccountRoutes(parts.accounts) : []),
  ]
  return routes.map((route) => underLoad(route, parts.load))
}

/** Turned away before anything is read or asked: it must cost less than the answer would. */
function underLoad(route: Route, load: Load): Route {
  const kind = route.load
  if (!kind) return route
  return {
    ...route,
    handle(request, params) {
      const retryAfter = load.turnsAway(kind)
      if (retryAfter > 0) return Promise.reject(pollError('BUSY', { retryAfter }))
      return route.handle(request, params)
    },
  }
}
