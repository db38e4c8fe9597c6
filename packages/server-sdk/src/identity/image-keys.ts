import { createHmac, timingSafeEqual } from 'node:crypto'

/** Lets those see a private poll's picture whom the poll was shown to: an `<img>` sends no token. */
export interface ImageKeys {
  /** The same all day, so that a browser asks for the picture once. */
  sign(id: string): string
  /** Whether a key is of this picture, and of today or yesterday. */
  verify(id: string, key: string): boolean
}

/** Milliseconds; in UTC, so that all nodes change at once. */
const day = 24 * 60 * 60 * 1000

/** Letters of base64url, of 6 bits each: more than half of the HMAC, which RFC 2104 section 5 names as the least. */
const length = 22

/** @param now milliseconds since 1970; nodes whose clocks differ refuse each other's keys for so long at midnight */
export function createImageKeys(key: Uint8Array, now: () => number = Date.now): ImageKeys {
  const keyOf = (id: string, dayNumber: number) =>
    createHmac('sha256', key).update(`${dayNumber} ${id}`).digest('base64url').slice(0, length)
  const today = () => Math.floor(now() / day)
  return {
    sign: (id) => keyOf(id, today()),
    verify: (id, given) => [0, 1].some((daysAgo) => isSame(given, keyOf(id, today() - daysAgo))),
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
