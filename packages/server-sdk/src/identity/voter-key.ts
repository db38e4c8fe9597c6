import { createHmac } from 'node:crypto'
import type { Voter } from '../domain/voter.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The first 128 bits of the HMAC, half its output, which RFC 2104 section 5 names as the least: 21 letters, and 2 bits. */
const wholeLetters = 21
const bitsOfLast = 0b110000

/**
 * The voter as the votes table knows them: HMAC-SHA256 under a key of the poll, 22 characters of base64url.
 * Without the secret it tells nothing about who voted, and keys of two polls cannot be joined.
 */
export function voterKey(pollKey: Uint8Array, voter: Voter): string {
  // Each vote pays for this: as text at once, it costs half of what it costs by way of a Buffer.
  const mac = createHmac('sha256', pollKey).update(`${voter.kind}\0${voter.id}`).digest('base64url')
  const last = letters.indexOf(mac.charAt(wholeLetters)) & bitsOfLast
  return mac.slice(0, wholeLetters) + letters.charAt(last)
}
