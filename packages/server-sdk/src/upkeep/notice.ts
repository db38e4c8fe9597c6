/** Milliseconds between two times that the same is said. */
const pause = 60_000

/**
 * Says that something happens: at once, and then at most once a minute how often it has happened since, however many it
 * happens to.
 *
 * @param say gets how often it has happened since it was last said
 * @returns to be called each time that it happens
 */
export function createNotice(say: (times: number) => void): () => void {
  let times = 0
  let timer: NodeJS.Timeout | undefined

  function tell() {
    const told = times
    times = 0
    timer = undefined
    if (told === 0) return
    timer = setTimeout(tell, pause)
    timer.unref()
    say(told)
  }

  return () => {
    times++
    if (!timer) tell()
  }
}
