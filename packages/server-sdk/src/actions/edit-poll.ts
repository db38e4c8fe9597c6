import { type Poll, pollError } from '@live-poll/client-sdk/protocol'
import type { PollFactsCache } from '../ballot-box/poll-facts.ts'
import { readPollEdit } from '../domain/poll-edit.ts'
import type { PollStore } from '../ports/poll-store.ts'
import type { Board } from '../results/board.ts'
import { noCaptcha } from './create-poll.ts'
import type { ReadPoll } from './read-poll.ts'

export type EditPoll = (pollId: string, input: unknown) => Promise<Poll>

/**
 * Changes what a `PollEdit` names and leaves the rest. The answer is the poll after it; an edit sent again changes
 * nothing.
 *
 * @throws PollError `INVALID`, `POLL_CLOSED` and `POLL_HAS_VOTES`, each with issues that name the field;
 * `POLL_NOT_FOUND`
 */
export function createEditPoll(
  polls: Pick<PollStore, 'edit'>,
  facts: Pick<PollFactsCache, 'drop'>,
  board: Pick<Board, 'markDirty'>,
  readPoll: ReadPoll,
  hasCaptcha: boolean,
): EditPoll {
  return async (pollId, input) => {
    const checked = readPollEdit(input)
    if (!checked.ok) throw pollError('INVALID', { issues: checked.issues })
    if (checked.edit.needsCaptcha && !hasCaptcha) throw noCaptcha()
    const outcome = await polls.edit(pollId, checked.edit)
    if (outcome.kind === 'not-found') throw pollError('POLL_NOT_FOUND')
    // Refused or without effect, too: a poll that was due has been closed on the way.
    facts.drop(pollId)
    board.markDirty(pollId)
    if (outcome.kind === 'refused') throw pollError(outcome.code, { issues: outcome.issues })
    return (await readPoll(pollId)).poll
  }
}
