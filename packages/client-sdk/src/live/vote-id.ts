/**
 * A random UUID (version 4, RFC 9562). Not `crypto.randomUUID`: that one is missing on pages served over plain http,
 * such as `http://192.168.1.20`.
 */
export function createVoteId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  let hex = ''
  for (const [index, byte] of bytes.entries()) {
    const value = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte
    if (index === 4 || index === 6 || index === 8 || index === 10) hex += '-'
    hex += (value + 0x100).toString(16).slice(1)
  }
  return hex
}
