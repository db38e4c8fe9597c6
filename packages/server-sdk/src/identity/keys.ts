import { createHash, hkdfSync } from 'node:crypto'

/** Shorter secrets are refused: HMAC-SHA256 is no stronger than its key (RFC 2104, section 3). */
export const minSecretBytes = 32

/** Keys for separate purposes, derived from the one secret (HKDF, RFC 5869). */
export interface Keys {
  /** Names the secret without telling it: two nodes compare this. */
  readonly id: string
  /** The first signs tokens, each of them proves one. */
  readonly tokens: readonly Uint8Array[]
  readonly invitations: Uint8Array
  /** Signs the cookies of accounts. */
  readonly accounts: Uint8Array
  /** Hides names where nodes share their limits. */
  readonly hiddenNames: Uint8Array
  /** Signs proofs that a private poll's picture was shown to somebody. */
  readonly images: Uint8Array
  /** Names pictures by whose they are and what is in them: nobody can tell who has one. */
  readonly imageIds: Uint8Array
  /** @param salt of the poll, base64url */
  voterKeys(salt: string): Uint8Array
}

/**
 * @param tokenSecrets newest first: tokens are signed by the first, and those of the others, and of `secret`, still count.
 * Voter keys come from `secret` alone, so that changing these never makes anyone a new voter
 */
export function deriveKeys(secret: string, tokenSecrets: readonly string[] = []): Keys {
  const derive = (from: string, salt: string, purpose: string) =>
    new Uint8Array(hkdfSync('sha256', from, salt, purpose, 32))
  return {
    id: createHash('sha256')
      .update(derive(secret, '', 'live-poll key id'))
      .digest('base64url')
      .slice(0, 16),
    tokens: [...tokenSecrets, secret].map((from) => derive(from, '', 'live-poll tokens')),
    invitations: derive(secret, '', 'live-poll invitations'),
    accounts: derive(secret, '', 'live-poll accounts'),
    hiddenNames: derive(secret, '', 'live-poll networks'),
    images: derive(secret, '', 'live-poll images'),
    imageIds: derive(secret, '', 'live-poll image ids'),
    voterKeys: (salt) => derive(secret, salt, 'live-poll voter keys'),
  }
}
