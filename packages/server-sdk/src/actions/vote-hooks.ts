import type { GroupCommit } from '../ballot-box/group-commit.ts'
import type { AcceptedVote } from '../ports/hooks.ts'
import type { Logger } from '../ports/logger.ts'
import type { HookCalls } from './hook-calls.ts'
import { createVoteGate, type VoteGate } from './vote-gate.ts'

/** The host's hooks about votes, those that it has. Where there is none, a vote takes its way as if there were no such thing. */
export interface VoteHooks {
  readonly gate?: Pick<VoteGate, 'ask'> | undefined
  readonly accepted?: ((vote: AcceptedVote) => void) | undefined
}

/**
 * @param most votes that may wait for `beforeVote`
 * @returns besides, how long votes are to stay away: since too many wait for their batch, or for that hook
 */
export function createVoteHooks(
  hooks: Pick<HookCalls, 'has' | 'ask' | 'tell'>,
  groupCommit: Pick<GroupCommit, 'busyFor'>,
  most: number,
  logger: Logger,
): VoteHooks & Pick<GroupCommit, 'busyFor'> {
  const gate = hooks.has('beforeVote') ? createVoteGate(hooks, most, logger) : undefined
  return {
    gate,
    accepted: hooks.has('afterVote') ? (vote) => hooks.tell('afterVote', () => vote) : undefined,
    busyFor: gate ? () => groupCommit.busyFor() || gate.busyFor() : groupCommit.busyFor,
  }
}
