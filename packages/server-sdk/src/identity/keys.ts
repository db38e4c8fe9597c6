import { createHash, hkdfSync } from 'node:crypto'

/** Shorter secrets are refused: HMAC-SHA256 is no stronger than its key (RFC 2104, section 3). */
export const minSecretBytes = 32

/** Keys for separate purposes, derived from the one secret (HKDF, RFC 5869). */
export interface Keys {
  /** Names the secret without telling it: two nodes compare this. */
  readonly id: string
  readonly tokens: Uint8Array
  /** @param salt of the poll, base64url */
  voterKeys(salt: string): Uint8Array
}

export function deriveKeys(secret: string): Keys {
  const derive = (salt: string, purpose: string) => new Uint8Array(hkdfSync('sha256', secret, salt, purpose, 32))
  return {
    id: createHash('sha256').update(derive('', 'live-poll key id')).digest('base64url').slice(0, 16),
    tokens: derive('', 'live-poll tokens'),
    voterKeys: (salt) => derive(salt, 'live-poll voter keys'),
  }
}
