import type { ClientMessage } from '@live-poll/client-sdk/protocol'
import type { Action } from '../identity/host-user.ts'

/** What each message of the channel lets its sender do, as `actions` of a route: CI asks for a decision on each. */
export const messageActions = {
  hello: 'none',
  ping: 'none',
  watch: 'viewPoll',
  unwatch: 'none',
  vote: 'castVote',
} as const satisfies Record<ClientMessage['type'], Action>
