import { createHmac, hash } from 'node:crypto'
import type { Voter } from '../domain/voter.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The first 128 bits of the HMAC, half its output, which RFC 2104 section 5 names as the least: 21 letters, and 2 bits. */
const wholeLetters = 21
const bitsOfLast = 0b110000

/**
 * The voter as the votes table knows them: HMAC-SHA256 under a key of the poll, 22 characters of base64url.
 * Without the secret it tells nothing about who voted, and keys of two polls cannot be joined.
 *
 * @param pollKey at most 64 bytes
 */
export function voterKey(pollKey: Uint8Array, voter: Voter): string {
  const mac = hmac(pollKey, `${voter.kind}\0${voter.id}`)
  const last = letters.indexOf(mac.charAt(wholeLetters)) & bitsOfLast
  return mac.slice(0, wholeLetters) + letters.charAt(last)
}

/** Bytes of a block of SHA-256, and of its digest. */
const block = 64
const digest = 32
/** Bytes of a name that has room below; hardly any is longer. */
const mostBytes = 1024
const inner = Buffer.alloc(block + mostBytes)
const outer = Buffer.alloc(block + digest)

/**
 * HMAC as RFC 2104 section 2 defines it, of two hashes. Each vote pays for this, and `createHmac` makes a native object for
 * each, which costs more than both.
 */
function hmac(key: Uint8Array, text: string): string {
  if (text.length * 3 > mostBytes) return createHmac('sha256', key).update(text).digest('base64url')
  for (let index = 0; index < block; index++) {
    const byte = key[index] ?? 0
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  }
  const end = block + inner.write(text, block)
  outer.write(hash('sha256', inner.subarray(0, end), 'binary'), block, 'binary')
  return hash('sha256', outer, 'base64url')
}
