import { createHmac } from 'node:crypto'
import type { Voter } from '../domain/voter.ts'

/** Bytes kept of the HMAC: 128 bits, half its output, which RFC 2104 section 5 names as the least. */
const keptBytes = 16

/**
 * The voter as the votes table knows them: HMAC-SHA256 under a key of the poll, 22 characters of base64url.
 * Without the secret it tells nothing about who voted, and keys of two polls cannot be joined.
 */
export function voterKey(pollKey: Uint8Array, voter: Voter): string {
  const mac = createHmac('sha256', pollKey).update(`${voter.kind}\0${voter.id}`).digest()
  return mac.toString('base64url', 0, keptBytes)
}
