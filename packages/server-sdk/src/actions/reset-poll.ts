import { type Issue, type Poll, pollError } from '@live-poll/client-sdk/protocol'
import type { PollFactsCache } from '../ballot-box/poll-facts.ts'
import type { PollStore } from '../ports/poll-store.ts'
import type { Board } from '../results/board.ts'
import type { ReadPoll } from './read-poll.ts'

export type ResetPoll = (pollId: string, input: unknown) => Promise<Poll>

/**
 * Ends an epoch, `{"epoch": 1}`: all its votes go, a closed poll opens again, and the next epoch begins. The answer is
 * the poll after it. Safe to repeat: of an epoch that is over it changes nothing.
 *
 * @throws PollError `INVALID` with issues; `EPOCH_CHANGED` with the current epoch, for one that has not begun;
 * `POLL_NOT_FOUND`
 */
export function createResetPoll(
  polls: Pick<PollStore, 'reset'>,
  facts: Pick<PollFactsCache, 'drop'>,
  board: Pick<Board, 'markDirty'>,
  readPoll: ReadPoll,
): ResetPoll {
  return async (pollId, input) => {
    const outcome = await polls.reset(pollId, readEpoch(input))
    if (outcome === 'not-found') throw pollError('POLL_NOT_FOUND')
    // Without effect, too: nobody may have heard of the request that had it, if its answer was lost.
    facts.drop(pollId)
    board.markDirty(pollId)
    const { poll } = await readPoll(pollId)
    if (outcome === 'refused') throw pollError('EPOCH_CHANGED', { epoch: poll.epoch })
    return poll
  }
}

/** The largest that a column of 32 bits holds. */
const maxEpoch = 2 ** 31 - 1

function readEpoch(input: unknown): number {
  const issues: Issue[] = []
  const { epoch, ...unknown } = typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {}
  for (const field of Object.keys(unknown)) issues.push({ path: field, message: 'This field is not known.' })
  const isEpoch = Number.isInteger(epoch) && (epoch as number) >= 1 && (epoch as number) <= maxEpoch
  if (!isEpoch) issues.push({ path: 'epoch', message: 'Send the epoch to end, as the poll has it.' })
  if (issues.length > 0) throw pollError('INVALID', { issues })
  return epoch as number
}
