import { createHash, createHmac } from 'node:crypto'

/** Characters of a code; each carries five bits, so a code carries 100: guessing one takes longer than a poll. */
const length = 20

/** Crockford's base 32: no I, L, O or U, which are read as something else. https://www.crockford.com/base32.html */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * A code of a poll, as in `7K3M-09QX-W2RT-B6VA-H4CE`. Made from a key and not at random, so that a request for a batch can
 * be answered again, though no code is kept.
 *
 * @param batch names the request; at random where it will not be repeated
 */
export function makeInvitationCode(key: Uint8Array, pollId: string, batch: string, index: number): string {
  const bytes = createHmac('sha256', key)
    .update(JSON.stringify([pollId, batch, index]))
    .digest()
  let code = ''
  // 256 is a multiple of 32: each character is as likely as any other.
  for (let at = 0; at < length; at++) code += (at > 0 && at % 4 === 0 ? '-' : '') + alphabet[(bytes[at] ?? 0) % 32]
  return code
}

/**
 * What is kept of a code; a fast hash will do, for a code cannot be guessed. Small letters, spaces and what looks like a
 * digit are read as they were meant; undefined for what is no code.
 */
export function invitationIdOf(text: string): string | undefined {
  const code = text.toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1').replaceAll(/[\s-]/g, '')
  if (code.length !== length || [...code].some((character) => !alphabet.includes(character))) return undefined
  return createHash('sha256').update(`live-poll invitation ${code}`).digest('base64url').slice(0, 22)
}
