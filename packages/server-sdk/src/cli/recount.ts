import { tellDifference } from '../actions/recount-poll.ts'
import { toResults } from '../domain/results.ts'
import { type CommandEnd, readPollCommand, withDatabase } from './open-for-command.ts'
import { createProgress, inThousands } from './progress.ts'

/**
 * `live-poll recount <poll>`: counts its votes again under the locks of its boxes, and repairs tallies that differ.
 * @returns exit code 1 when some did
 * @throws UsageError
 */
export async function recount(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  const { pollId, values: names } = readPollCommand(args, [])
  return withDatabase(env, names, async ({ polls, records }) => {
    const poll = await polls.read(pollId)
    const outcome = poll && (await records.recount(pollId, createProgress('Counting', toResults(poll).voters)))
    if (!outcome) throw new Error(`there is no poll ${pollId}.`)
    const { ballots, differences } = outcome
    const counted = `${inThousands(ballots)} ballots counted`
    if (differences.length === 0) return { output: `${counted}: the tallies are right.` }
    const lines = [`${counted}: the tallies were wrong and are repaired.`, ...differences.map(tellDifference)]
    return { output: lines.join('\n'), exitCode: 1 }
  })
}
