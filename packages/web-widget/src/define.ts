import { LivePoll } from './live-poll.ts'
import { LivePollResults } from './live-poll-results.ts'

/**
 * Registers `<live-poll>` and `<live-poll-results>`. On a page that has them already, and where there are no elements
 * (a server), it does nothing.
 */
export function defineLivePoll(): void {
  if (typeof customElements !== 'undefined') register()
}

/** The same, in a browser. */
export function register(): void {
  if (customElements.get('live-poll')) return
  customElements.define('live-poll', LivePoll)
  customElements.define('live-poll-results', LivePollResults)
}

declare global {
  interface HTMLElementTagNameMap {
    'live-poll': LivePoll
    'live-poll-results': LivePollResults
  }
}
