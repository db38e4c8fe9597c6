import { createLivePoll, type LivePoll } from '@live-poll/server-sdk'
import { embedded } from '@live-poll/server-sdk/embedded'

// Next.js loads this module once for pages and once for routes, and anew with every change in development: all of them
// share one Live Poll.
const shared = globalThis as { livePoll?: LivePoll }

shared.livePoll ??= createLivePoll({
  database: embedded({ directory: process.env.LIVE_POLL_DATA ?? '.live-poll' }),
  // Next.js does not tell a route who is at the other end: say how many proxies stand before it.
  trustedProxies: Number(process.env.TRUSTED_PROXIES ?? 0),
})

export const livePoll = shared.livePoll
