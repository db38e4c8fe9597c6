/** RFC 3339 with an offset: a time without one means something else on every server. */
const timePattern = /^(\d{4}-\d{2}-(\d{2}))T([01]\d|2[0-3]):\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/
const lastYear = 9999

/**
 * A moment from 1970 to 9999, which every database can hold. Leap seconds are refused, as the clocks of databases have none.
 * @returns undefined for what is none
 */
export function parseTime(text: string): Date | undefined {
  const [, day = '', dayOfMonth] = timePattern.exec(text) ?? []
  // JavaScript takes February 30 for March 2.
  if (new Date(day).getUTCDate() !== Number(dayOfMonth)) return undefined
  const time = new Date(text)
  return time.getTime() >= 0 && time.getUTCFullYear() <= lastYear ? time : undefined
}
