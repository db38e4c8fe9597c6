import type { PollFactsCache } from '../ballot-box/poll-facts.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { Signals } from '../ports/fleet.ts'

/** What an action has changed, on this node at once, and on the others as soon as they hear of it. */
export interface OnEveryNode {
  /** What is remembered of a poll is out of date. Until a node hears of it, votes of the old plan are prepared again. */
  drop(pollId: string): void
  /** Says that a session has ended: its connections close. */
  endSession(session: string): void
}

export function createOnEveryNode(
  signals: Signals,
  facts: Pick<PollFactsCache, 'drop'>,
  sessions: Pick<Sessions, 'end'>,
): OnEveryNode {
  signals.onSignal((signal) => {
    // Of a kind that a later version sends, this one knows nothing.
    if (signal.kind === 'poll-changed') facts.drop(signal.pollId)
    else if (signal.kind === 'session-ended') sessions.end(signal.session)
  })
  return {
    drop(pollId) {
      facts.drop(pollId)
      signals.send({ kind: 'poll-changed', pollId })
    },
    endSession(session) {
      sessions.end(session)
      if (session !== '') signals.send({ kind: 'session-ended', session })
    },
  }
}
