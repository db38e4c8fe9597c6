/**
 * A random id of 128 bits. Not `crypto.randomUUID`: that one is missing on pages served over plain http, such as
 * `http://192.168.1.20`.
 */
export function createVoteId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}
