import type { ErrorCode } from './error-code.ts'

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

/** Codes after which a client stays away, and the error it then reports. 4401 it meets with a fresh ticket first. */
export const finalCodes: Readonly<Partial<Record<number, ErrorCode>>> = {
  4400: 'INVALID',
  4401: 'UNAUTHENTICATED',
  4403: 'FORBIDDEN',
}

/** Whether a client comes back after this code, as things stand. */
export function reconnects(code: number): boolean {
  return finalCodes[code] === undefined
}
