import type { Poll } from '@live-poll/client-sdk/protocol'
import type { CommandEnd } from './open-for-command.ts'
import { parseCommand } from './parse-command.ts'
import type { PollsInReach } from './polls-in-reach.ts'
import { renderLine } from './render-results.ts'
import { UsageError } from './usage-error.ts'
import { reachOptions, withPolls } from './with-polls.ts'

/** `live-poll open <poll>`: opens a scheduled poll now. Safe to repeat. @throws UsageError */
export function openPoll(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  return turn(args, env, (polls, id) => polls.open(id))
}

/** `live-poll close <poll>`: closes it for good, and prints the final result. Safe to repeat. @throws UsageError */
export function closePoll(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  return turn(args, env, (polls, id) => polls.close(id))
}

async function turn(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  act: (polls: PollsInReach, id: string) => Promise<Poll>,
): Promise<CommandEnd> {
  const { values, positionals } = parseCommand(args, reachOptions)
  const id = onePoll(positionals)
  return withPolls(values, env, async (polls) => ({ output: renderLine(await act(polls, id)) }))
}

/** @throws UsageError */
export function onePoll([id, ...others]: readonly string[]): string {
  if (id === undefined || others.length > 0) throw new UsageError('name one poll, by its id.')
  return id
}
