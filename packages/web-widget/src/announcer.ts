/** Speaks at most once in `interval`; of what is said meanwhile only the last is kept. */
export interface Announcer {
  say(text: string): void
  stop(): void
}

/**
 * Moving figures for a screen reader: the latest word, now and then, instead of every tick.
 * The first word comes one interval after the figures first moved.
 * @param interval milliseconds
 */
export function createAnnouncer(speak: (text: string) => void, interval: number): Announcer {
  let next: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function due(): void {
    timer = undefined
    if (next !== undefined) speak(next)
    next = undefined
  }

  return {
    say(text) {
      next = text
      timer ??= setTimeout(due, interval)
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
      next = undefined
    },
  }
}
