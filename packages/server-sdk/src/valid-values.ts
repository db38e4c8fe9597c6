import { minSecretBytes } from './identity/keys.ts'

export const secretAdvice = "Make one with: node -p \"require('node:crypto').randomBytes(32).toString('base64url')\""

/** Whether keys can come from it: a text of 32 bytes or more. */
export function isSecret(value: unknown): boolean {
  return typeof value === 'string' && Buffer.byteLength(value) >= minSecretBytes
}

/** Whether it can be an admin key: "lpa_", and 32 characters or more without spaces. */
export function isAdminKey(value: unknown): boolean {
  return typeof value === 'string' && /^lpa_\S{32,}$/.test(value)
}

/** Whether it can say where browsers find the channel: a WebSocket URL, or a port of the host's and a path. */
export function isChannelUrl(value: unknown): boolean {
  return typeof value === 'string' && /^(wss?:\/\/[^\s/]|:\d+\/)\S*$/.test(value)
}

/** Whether it is an origin as browsers send it, without a wildcard. */
export function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value && !value.includes('*')
}
