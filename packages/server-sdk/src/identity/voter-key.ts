import { createHmac, hash } from 'node:crypto'
import type { Voter } from '../domain/voter.ts'

/** The first 128 bits of the HMAC, half its output, which RFC 2104 section 5 names as the least. */
const keyBytes = 16

/**
 * The voter as the votes table knows them: HMAC-SHA256 under a key of the poll, 22 characters of base64url.
 * Without the secret it tells nothing about who voted, and keys of two polls cannot be joined.
 *
 * @param pollKey at most 64 bytes
 */
export function voterKey(pollKey: Uint8Array, voter: Voter): string {
  return hmac(pollKey, `${voter.kind}\0${voter.id}`).toString('base64url', 0, keyBytes)
}

/** Bytes of a block of SHA-256, and of its digest. */
const block = 64
const digest = 32
/** Bytes of a name that has room below; hardly any is longer. */
const mostBytes = 1024
const inner = Buffer.alloc(block + mostBytes)
const outer = Buffer.alloc(block + digest)
const mac = Buffer.alloc(digest)
/** The key that the two begin with. */
let current: Uint8Array | undefined
/** The beginning of `inner`, by its length. */
const beginnings: Uint8Array[] = []

/** A key as the two hashes begin with it. */
interface Pads {
  readonly inner: Uint8Array
  readonly outer: Uint8Array
}

const padsOf = new WeakMap<Uint8Array, Pads>()

function makePads(key: Uint8Array): Pads {
  const padded = new Uint8Array(block)
  padded.set(key)
  const pads = { inner: padded.map((byte) => byte ^ 0x36), outer: padded.map((byte) => byte ^ 0x5c) }
  padsOf.set(key, pads)
  return pads
}

function begin(key: Uint8Array) {
  const pads = padsOf.get(key) ?? makePads(key)
  inner.set(pads.inner)
  outer.set(pads.outer)
  current = key
}

/**
 * HMAC as RFC 2104 section 2 defines it, of two hashes. Each vote pays for this, and `createHmac` makes a native object for
 * each, which costs more than both.
 */
function hmac(key: Uint8Array, text: string): Buffer {
  if (text.length * 3 > mostBytes) return createHmac('sha256', key).update(text).digest()
  if (key !== current) begin(key)
  const end = block + inner.write(text, block)
  beginnings[end] ??= inner.subarray(0, end)
  outer.write(hash('sha256', beginnings[end], 'binary'), block, 'binary')
  mac.write(hash('sha256', outer, 'binary'), 'binary')
  return mac
}
