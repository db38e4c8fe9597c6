import type { Logger } from '../ports/logger.ts'

export interface Round {
  /** As in `Watched polls`: what the log says cannot be done. */
  readonly name: string
  /** Milliseconds of the shortest pause before and after a run. */
  readonly pause: number
  /** Milliseconds by which a pause may be longer, at random: nodes that start together do not go on together. */
  readonly jitter: number
}

/**
 * Does work again and again, one run at a time. What it throws is logged once, and once that it works again.
 *
 * @param work safe to run on every node, at any time
 * @returns stop: no run begins any more
 */
export function repeat({ name, pause, jitter }: Round, work: () => Promise<void>, logger: Logger): () => void {
  let isFailing = false
  let isStopped = false
  let timer: NodeJS.Timeout

  function wait() {
    timer = setTimeout(() => void run(), pause + Math.random() * jitter)
    timer.unref()
  }

  async function run() {
    try {
      await work()
      if (isFailing) logger.warn(`${name}: works again.`)
      isFailing = false
    } catch (error) {
      if (!isFailing && !isStopped) logger.warn(`${name}: failed; trying again.`, error)
      isFailing = true
    }
    if (!isStopped) wait()
  }

  wait()
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
