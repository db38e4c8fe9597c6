/** From this long before it on, a moment is counted down to; before that its date and time are written. Milliseconds. */
export const lastHour = 3_600_000

/** Milliseconds until the words for what is `left` change; never, once it is over: then the server has the word. */
export function nextTick(left: number): number | null {
  if (left <= 0) return null
  return left > lastHour ? Math.min(60_000, left - lastHour) : ((left - 1) % 1000) + 1
}

/** A time left, in milliseconds, as minutes and seconds: `2:05`. What has begun counts whole. */
export function writeLeft(left: number, locale: string | undefined): string {
  const seconds = Math.ceil(left / 1000)
  const twoDigits = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 })
  return `${Math.floor(seconds / 60).toLocaleString(locale)}:${twoDigits.format(seconds % 60)}`
}
