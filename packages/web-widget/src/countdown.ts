import type { Poll } from '@live-poll/client-sdk/voter'

/** From this long before it on, a moment is counted down to; before that its date and time are written. Milliseconds. */
export const lastHour = 3_600_000

/** Milliseconds until the poll opens, or else closes, by the server's clock; null where nothing is due. */
export function leftOf({ state, opensAt, closesAt }: Poll, now: number): number | null {
  const due = state === 'scheduled' ? opensAt : state === 'open' ? closesAt : null
  return due ? Date.parse(due) - now : null
}

/** Milliseconds until the words for what is `left` change; never, once it is over: then the server has the word. */
export function nextTick(left: number): number | null {
  if (left <= 0) return null
  return left > lastHour ? Math.min(60_000, left - lastHour) : ((left - 1) % 1000) + 1
}
