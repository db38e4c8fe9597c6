import type { ErrorCode, Issue } from '@live-poll/client-sdk/protocol'
import type { PollFacts } from './poll.ts'
import type { CheckedEdit } from './poll-edit.ts'

export type EditDecision =
  /** `facts` as they are to be written, with plan and edition as before: the store raises them. */
  | { readonly kind: 'edited'; readonly facts: PollFacts }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly issues?: readonly Issue[] }

/**
 * Decides an edit, under the locks of all boxes.
 *
 * @param facts the poll as read under the locks; a due poll has been closed before
 * @param hasVotes whether any ballot is in its boxes
 * @param now the database's clock
 */
export function decideEdit(facts: PollFacts, edit: CheckedEdit, hasVotes: boolean, now: Date): EditDecision {
  throw new Error(`not built yet: ${facts.id} ${hasVotes} ${now.toISOString()} ${Object.keys(edit)}`)
}
