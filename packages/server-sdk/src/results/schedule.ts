import type { Logger } from '../ports/logger.ts'
import type { PollStore } from '../ports/poll-store.ts'
import { repeat } from '../upkeep/repeat.ts'

/** Milliseconds between looks at the clock. */
const round = { name: 'Look at the schedule', pause: 1000, jitter: 0 }

/**
 * Notices polls whose opening or closing time has come, by the database's clock. Resolves after its first look: of a poll
 * that is read later, no turn is missed.
 *
 * @param onTurn called once or more for each; closing a due poll is the reader's business
 * @param onClockMove where the clock can be moved, what to call when it has been
 * @returns stop
 */
export async function startSchedule(
  polls: Pick<PollStore, 'turnedSince'>,
  onTurn: (pollId: string) => void,
  logger: Logger,
  onClockMove: (look: () => Promise<void>) => void = () => {},
): Promise<() => void> {
  let since: Date | undefined

  async function look() {
    const turned = await polls.turnedSince(since)
    since = turned.now
    for (const pollId of turned.pollIds) onTurn(pollId)
  }

  await look().catch((error) => logger.warn('The schedule could not be read at the start; trying again.', error))
  onClockMove(look)
  return repeat(round, look, logger)
}
