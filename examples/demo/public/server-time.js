/**
 * The server's clock, which decides when polls open and close; that of this device may be wrong. Whole seconds.
 *
 * @returns {Promise<number>} milliseconds since 1970
 */
export async function serverTime() {
  const response = await fetch('/live-poll/health/live')
  return Date.parse(response.headers.get('date') ?? '')
}

/**
 * @param {number} time milliseconds since 1970
 * @param {number} minutes
 */
export const minutesAfter = (time, minutes) => new Date(time + minutes * 60_000).toISOString()
