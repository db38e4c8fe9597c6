import { LivePoll } from './live-poll.ts'

/** Registers `<live-poll>`. On a page that has it already, and where there are no elements (a server), it does nothing. */
export function defineLivePoll(): void {
  if (typeof customElements === 'undefined' || customElements.get('live-poll')) return
  customElements.define('live-poll', LivePoll)
}

declare global {
  interface HTMLElementTagNameMap {
    'live-poll': LivePoll
  }
}
