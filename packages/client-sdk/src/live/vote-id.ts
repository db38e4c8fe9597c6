/**
 * A random UUID (version 4, RFC 9562). Not `crypto.randomUUID`: that one is missing on pages served over plain http,
 * such as `http://192.168.1.20`.
 */
export function createVoteId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const hex = Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join('')
  return hex.replace(/(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-8$4-')
}
