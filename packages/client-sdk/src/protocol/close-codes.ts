/** Why the server closed a channel. 4xxx are ours; the rest are RFC 6455, section 7.4. */
export const closeCodes = {
  BAD_MESSAGES: 4400,
  NOT_ADMITTED: 4401,
  FORBIDDEN: 4403,
  NO_HELLO: 4408,
  TOO_SLOW: 4410,
  TOO_MANY: 4429,
  BINARY: 1003,
  TOO_BIG: 1009,
  RESTART: 1012,
  TRY_LATER: 1013,
} as const

/** Whether a client comes back after this code. 4401 comes back once, with a fresh ticket. */
export function reconnects(code: number): boolean {
  return code !== closeCodes.BAD_MESSAGES && code !== closeCodes.NOT_ADMITTED && code !== closeCodes.FORBIDDEN
}
