import type { Logger } from '../ports/logger.ts'
import type { PollStore } from '../ports/poll-store.ts'

/** Milliseconds between looks at the clock. */
const interval = 1000

/**
 * Notices polls whose opening or closing time has come, by the database's clock. Resolves after its first look: of a poll
 * that is read later, no turn is missed.
 *
 * @param onTurn called once or more for each; closing a due poll is the reader's business
 * @returns stop
 */
export async function startSchedule(
  polls: Pick<PollStore, 'turnedSince'>,
  onTurn: (pollId: string) => void,
  logger: Logger,
): Promise<() => void> {
  let since: Date | undefined
  let isLooking = false

  async function look() {
    if (isLooking) return
    isLooking = true
    try {
      const turned = await polls.turnedSince(since)
      since = turned.now
      for (const pollId of turned.pollIds) onTurn(pollId)
    } catch (error) {
      logger.warn('The schedule could not be read; trying again.', error)
    }
    isLooking = false
  }

  await look()
  const timer = setInterval(() => void look(), interval)
  timer.unref()
  return () => clearInterval(timer)
}
